"""Text inside HTML and SVG."""

import doctest

from gennape.utils import escaping


def test_examples() -> None:
    assert doctest.testmod(escaping).failed == 0
