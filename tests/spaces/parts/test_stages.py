from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.spaces import ArchitectureError
from gennape.spaces.parts.stages import (
    NUMBER,
    check_depths,
    numbers,
    one_changed,
    one_more_or_less,
    sample_blocks,
    some,
    split_stages,
)

LINE = some(some(f"k{NUMBER}", "-"), "/")


def test_a_line_of_two_stages() -> None:
    assert split_stages(" k3-k12/k7\n", LINE, "X", "k3") == ["k3-k12", "k7"]
    assert numbers("k3-k12") == [3, 12]


@pytest.mark.parametrize("text", ["k", "k3-", "k3/", "/k3", "k3 k4", "k3\nk4", "k٣", "k1234"])
def test_other_lines_are_refused(text: str) -> None:
    with pytest.raises(ArchitectureError, match="is no X architecture; one looks like k3-k5"):
        split_stages(text, LINE, "X", "k3-k5")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=4))
def test_one_changed_is_everything_at_distance_one(positions: list[tuple[int, int]]) -> None:
    options = [range(count) for _, count in positions]
    values = tuple(value % count for value, count in positions)
    near = list(one_changed(values, options))
    assert len(set(near)) == len(near)
    assert set(near) == {
        other
        for other in product(*options)
        if sum(a != b for a, b in zip(values, other, strict=True)) == 1
    }


def test_blocks_come_and_go_at_the_end() -> None:
    assert list(one_more_or_less("ab", "xy", (1, 2, 3))) == ["a", (*"abx",), (*"aby",)]
    assert list(one_more_or_less(("a",), "xy", (1, 2))) == [("a", "x"), ("a", "y")]
    assert list(one_more_or_less(("a", "b"), "xy", (1, 2))) == [("a",)]
    assert list(one_more_or_less(("a",), "xy", (1,))) == []


def test_all_depths_and_blocks_are_sampled_equally_often() -> None:
    rng = np.random.default_rng(0)
    samples = [sample_blocks("xyz", (2, 4), rng) for _ in range(3_000)]
    lengths = np.bincount([len(blocks) for blocks in samples], minlength=5)
    assert set(np.flatnonzero(lengths)) == {2, 4}
    blocks = "".join("".join(blocks) for blocks in samples)
    counts = [blocks.count(block) for block in "xyz"]
    assert lengths[[2, 4]] == pytest.approx([1_500] * 2, rel=0.1)
    assert counts == pytest.approx([len(blocks) / 3] * 3, rel=0.1)


def test_depths() -> None:
    check_depths("X", [2, 4], [(2, 3), (4,)])
    with pytest.raises(ArchitectureError, match="X has 2 stages, not 1"):
        check_depths("X", [2], [(2, 3), (4,)])
    with pytest.raises(ArchitectureError, match="stage 1 of X has 2 or 3 blocks, not 4"):
        check_depths("X", [4, 4], [(2, 3), (4,)])
