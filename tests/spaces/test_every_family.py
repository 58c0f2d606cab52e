"""Tests of every bundled family; a new one inherits them by being registered."""

import doctest
from typing import Any

import numpy as np
import pytest

from gennape import spaces
from gennape.spaces import ArchitectureError, checks
from gennape.testing import SearchSpaceTests

LARGEST_ENUMERATION = 1_000_000


class TestBundledFamily(SearchSpaceTests):
    @pytest.fixture(autouse=True, params=spaces.names())
    def family(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param

    def make_space(self, **options: int) -> Any:
        return spaces.get(self.name, **options)

    def test_samples_rarely_repeat(self) -> None:
        rng = np.random.default_rng(0)
        space = self.make_space()
        assert len({space.sample(rng) for _ in range(25)}) > 12

    def test_mutations_vary(self) -> None:
        rng = np.random.default_rng(0)
        space = self.make_space()
        architecture = space.sample(rng)
        assert len({space.mutate(architecture, rng) for _ in range(5)}) > 1

    def test_large_families_are_not_enumerated(self) -> None:
        space = self.make_space()
        if space.size is None or space.size > LARGEST_ENUMERATION:
            with pytest.raises(ArchitectureError, match=f"{space.name} is too large to enumerate"):
                space.enumerate()
        else:
            assert next(iter(space.enumerate()))

    @pytest.mark.parametrize("text", checks.FOREIGN_TEXTS)
    def test_foreign_text_is_refused_with_an_example(self, text: str) -> None:
        with pytest.raises(ArchitectureError, match=r"is no .*; (one|they) looks? like "):
            self.make_space().parse(text)


@pytest.mark.slow
@pytest.mark.parametrize("name", spaces.names())
def test_thirty_networks_run(name: str) -> None:
    tests = TestBundledFamily()
    tests.name, tests.networks = name, 30
    tests.test_modules_compute_the_graphs()


def test_near_names_are_suggested() -> None:
    with pytest.raises(ArchitectureError, match="did you mean nasbench101"):
        spaces.get("nasbench11")
    with pytest.raises(ArchitectureError, match="did you mean nasbench101, nasbench201"):
        spaces.get("#")


def test_examples_of_the_docstrings() -> None:
    assert doctest.testmod(spaces).failed == 0
