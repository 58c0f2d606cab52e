"""Tests of a custom family: `python -m pytest test_my_families.py`."""

from my_families import PlainResNets

from gennape.testing import SearchSpaceTests


class TestPlainResNets(SearchSpaceTests):
    def make_space(self, **options: int) -> PlainResNets:
        return PlainResNets(**options)
