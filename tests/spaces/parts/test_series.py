from collections import Counter
from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.graph import GraphBuilder
from gennape.spaces import ArchitectureError
from gennape.spaces.parts.series import Series, Vocabulary


def _nothing(build: GraphBuilder, x: int, channels: int, stride: int) -> int:
    return x


WORDS = Vocabulary("X", {"a": _nothing, "b": _nothing}, {"u": _nothing, "v": _nothing})


def _is_right(series: Series) -> bool:
    text = "".join(series)
    return len(text.strip("uv")) > 0 and text.count("u") + text.count("v") <= 1


ALL = [series for length in range(5) for series in product("abuv", repeat=length)]
RIGHT = [series for series in ALL if _is_right(series)]


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_the_count_is_that_of_all(length: int) -> None:
    assert WORDS.count(length) == sum(len(series) == length for series in RIGHT)


def test_only_right_series_pass() -> None:
    for series in RIGHT:
        WORDS.check(series)
    for series in set(ALL) - set(RIGHT):
        with pytest.raises(ArchitectureError, match="of X needs at least one of a, b and at most"):
            WORDS.check(series)
    with pytest.raises(ArchitectureError, match="'c' is no X operation; they are a, b, u, v"):
        WORDS.check(("a", "c"))


def _one_left_out(series: Series) -> set[Series]:
    return {series[:place] + series[place + 1 :] for place in range(len(series))}


def _one_apart(first: Series, second: Series) -> bool:
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) == 1
    return second in _one_left_out(first) or first in _one_left_out(second)


@given(st.sampled_from([series for series in RIGHT if len(series) < 4]))
def test_near_series_are_one_change_away(series: Series) -> None:
    near = list(WORDS.near(series))
    assert len(set(near)) == len(near)
    assert set(near) == {other for other in RIGHT if _one_apart(series, other)}


def test_the_first_convolution() -> None:
    assert WORDS.first_convolution(("u", "b", "a")) == 1
    assert WORDS.first_convolution(("b", "u")) == 0


def test_how_often_series_are_sampled() -> None:
    """Of two operations one is a convolution; the other is any of the four, before or after."""
    rng = np.random.default_rng(0)
    number = 8_000
    counts = Counter("".join(WORDS.sample(2, rng)) for _ in range(number))
    expected = {both: 1 / 8 for both in ("aa", "ab", "ba", "bb")}
    mixed = [first + second for first, second in product("ab", "uv")]
    expected |= {text: 1 / 16 for both in mixed for text in (both, both[::-1])}
    assert set(counts) == set(expected)
    for text, chance in expected.items():
        error = sqrt(number * chance * (1 - chance))
        assert abs(counts[text] - number * chance) < 4 * error


def test_three_operations_have_support_at_most_once() -> None:
    """The second is no support in half of the cases, then the third neither in half of those."""
    rng = np.random.default_rng(0)
    samples = [WORDS.sample(3, rng) for _ in range(4_000)]
    assert all(map(_is_right, samples))
    without = sum(not set(series) & {"u", "v"} for series in samples)
    assert without == pytest.approx(1_000, rel=0.12)
    places = Counter(series.index("u") for series in samples if "u" in series)
    assert [places[place] for place in range(3)] == pytest.approx([500] * 3, rel=0.15)
