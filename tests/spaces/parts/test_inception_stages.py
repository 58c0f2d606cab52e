from collections import Counter
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape.spaces import ArchitectureError
from gennape.spaces.parts.inception_stages import (
    InceptionPath,
    InceptionStage,
    check_stage,
    count_stages,
    inner_widths,
    near_stages,
    sample_stage,
    splits,
)

CONVOLUTIONS = {"c3", "c5", "s3", "s5", "p3", "p5", "dw3", "dw5"}
POINTWISE, POOLS = {"c1", "d1"}, {"avg", "max"}
MOST, LEAST = {1: 3, 2: 4, 3: 8, 4: 10}, {1: 1, 2: 1, 3: 2, 4: 2}

channels_of_stages = st.sampled_from([32, 64, 128, 256])
seeds = st.integers(0, 2**32)


@pytest.mark.parametrize(
    ("channels", "paths", "expected"),
    [
        (256, 1, [(256,)]),
        (64, 2, [(32, 32)]),
        (64, 3, [(16, 16, 32), (16, 32, 16), (32, 16, 16)]),
        (32, 3, [(16, 16, 16)]),
        (32, 4, [(16, 16, 16, 16)]),
        (128, 4, [(32, 32, 32, 32)]),
    ],
)
def test_splits_by_hand(channels: int, paths: int, expected: list[tuple[int, ...]]) -> None:
    assert splits(channels, paths) == expected


@pytest.mark.parametrize(
    ("operations", "channels", "expected"),
    [
        (("c3",), 64, (64,)),
        (("avg", "dw3"), 64, (64,)),
        (("c3", "s3"), 64, (32, 64, 128)),
        (("c1", "c3"), 32, (16, 32, 64)),
        (("c3", "d1"), 16, (16, 32)),
    ],
)
def test_inner_widths_by_hand(
    operations: tuple[str, ...], channels: int, expected: tuple[int, ...]
) -> None:
    assert inner_widths(operations, channels) == expected


def _is_right(stage: InceptionStage, channels: int) -> bool:
    """The rules of the family, written down once more."""
    count = len(stage.paths)
    lengths = [len(path.operations) for path in stage.paths]
    if not (2 <= stage.depth <= 6 and 1 <= count <= 4):
        return False
    if min(lengths) < LEAST[count] or sum(lengths) > MOST[count]:
        return False
    shares = [2, 4, 4] if count == 3 else [count] * count
    if sorted(path.channels for path in stage.paths) != sorted(
        max(16, channels // share) for share in shares
    ):
        return False
    return all(map(_is_right_path, stage.paths))


def _is_right_path(path: InceptionPath) -> bool:
    convolutions = sum(operation in CONVOLUTIONS for operation in path.operations)
    pointwise = sum(operation in POINTWISE for operation in path.operations)
    pools = sum(operation in POOLS for operation in path.operations)
    if convolutions < 1 or pointwise + pools > 1:
        return False
    if convolutions + pointwise + pools != len(path.operations):
        return False
    if convolutions + pointwise == 1:
        return path.inner == path.channels
    factors = (0.5, 1, 2)
    return path.inner in [max(16, int(factor * path.channels)) for factor in factors]


@given(channels_of_stages, seeds)
def test_samples_keep_the_rules(channels: int, seed: int) -> None:
    stage = sample_stage(channels, np.random.default_rng(seed))
    check_stage(stage, channels)
    assert _is_right(stage, channels)


@settings(max_examples=40)
@given(channels_of_stages, seeds)
def test_near_stages_keep_the_rules(channels: int, seed: int) -> None:
    stage = sample_stage(channels, np.random.default_rng(seed))
    near = near_stages(stage, channels)
    assert len(set(near)) == len(near)
    assert stage not in near
    assert all(_is_right(other, channels) for other in near)
    counts = {len(other.paths) for other in near}
    assert counts <= {len(stage.paths) + change for change in (-1, 0, 1)}
    assert {other.depth for other in near} == {2, 3, 4, 5, 6}


def _stage(*paths: tuple[str, int, int], depth: int = 2) -> InceptionStage:
    return InceptionStage(
        depth, tuple(InceptionPath((*ops.split("+"),), out, inner) for ops, out, inner in paths)
    )


def test_near_stages_of_one_convolution_by_hand() -> None:
    """Four depths; 7 other convolutions; 12 more before or behind it; or a second such path."""
    stage = _stage(("c3", 64, 64))
    near = near_stages(stage, 64)
    assert len(near) == 4 + 7 + (2 * 12 - 1) + 1
    assert _stage(("c3", 32, 32), ("c3", 32, 32)) in near
    assert _stage(("max+c3", 64, 64)) in near
    assert _stage(("c3", 64, 64), depth=6) in near


def test_channels_inside_follow_the_split() -> None:
    stage = _stage(("c3+c3", 32, 64), ("s3+s3", 16, 16), ("c5+avg", 16, 16))
    near = near_stages(stage, 64)
    assert _stage(("c3+c3", 16, 32), ("s3+s3", 32, 32), ("c5+avg", 16, 16)) in near
    assert _stage(("c3+c3", 32, 64), ("s3+s3", 32, 32)) in near
    fourfold = ("c3+c3", 16, 32), ("c3+c3", 16, 32), ("s3+s3", 16, 16), ("c5+avg", 16, 16)
    assert _stage(*fourfold) in near
    assert _stage(("c3+c3", 32, 16), ("s3+s3", 16, 16), ("c5+avg", 16, 16)) in near


def test_channels_inside_go_with_the_second_changing_operation() -> None:
    near = near_stages(_stage(("c3+s3", 64, 128)), 64)
    assert _stage(("c3", 64, 64)) in near
    assert _stage(("c3+max", 64, 64)) in near
    assert _stage(("c3+c1", 64, 128)) in near


@pytest.mark.parametrize("channels", [32, 64, 256])
def test_the_count_is_that_of_all_patterns(channels: int) -> None:
    """Operations of one kind are as good as each other: 8 convolutions, 2 pointwise, 2 pools."""
    numbers = {"c": 8, "1": 2, "p": 2}
    blocks = 0
    for count in (1, 2, 3, 4):
        longest = MOST[count] - (count - 1) * LEAST[count]
        patterns = [
            pattern
            for length in range(LEAST[count], longest + 1)
            for pattern in product("c1p", repeat=length)
            if pattern.count("c") >= length - 1 and "c" in pattern
        ]
        weights = [prod(numbers[kind] for kind in pattern) for pattern in patterns]
        changing = [len(pattern) - pattern.count("p") for pattern in patterns]
        for widths in splits(channels, count):
            for chosen in product(range(len(patterns)), repeat=count):
                if sum(len(patterns[i]) for i in chosen) <= MOST[count]:
                    blocks += prod(
                        weights[i] * (1 if changing[i] == 1 else len({max(16, w // 2), w, 2 * w}))
                        for i, w in zip(chosen, widths, strict=True)
                    )
    assert count_stages(channels) == 5 * blocks


def test_how_often_paths_and_channels_are_sampled() -> None:
    rng = np.random.default_rng(0)
    stages = [sample_stage(256, rng) for _ in range(2_000)]
    counts = Counter(len(stage.paths) for stage in stages)
    assert [counts[n] for n in (1, 2, 3, 4)] == pytest.approx([500] * 4, rel=0.15)
    depths = Counter(stage.depth for stage in stages)
    assert [depths[n] for n in (2, 3, 4, 5, 6)] == pytest.approx([400] * 5, rel=0.15)
    wide = [path for s in stages for path in s.paths if len(inner_widths(path[0], 256)) > 1]
    inside = Counter(path.inner / path.channels for path in wide)
    shares = [inside[factor] / len(wide) for factor in (0.5, 1, 2)]
    assert shares == pytest.approx([0.3, 0.6, 0.1], abs=0.03)
    lengths = Counter(
        tuple(len(path.operations) for path in stage.paths)
        for stage in stages
        if len(stage.paths) == 2
    )
    first = [sum(n for pair, n in lengths.items() if pair[0] == length) for length in (1, 2, 3)]
    assert first == pytest.approx([counts[2] / 3] * 3, rel=0.25)


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        (_stage(("c3", 64, 64), depth=1), "a stage of Inception has 2 to 6 blocks, not 1"),
        (_stage(), "a block of Inception has 1 to 4 paths, not 0"),
        (_stage(("c3", 16, 16), ("c3+c3+c3+c3", 16, 16)), "of 2 paths has .* not 1 and 4"),
        (_stage(("c3+c3", 32, 32), ("c3", 16, 16), ("c3+c3", 16, 16)), "at least 2 .* not 2 and 1"),
        (_stage(("c3", 32, 32)), r"of 64 channels have \(64,\), not \(32,\)"),
        (_stage(("c3+avg", 64, 32)), "'c3.avg' .* to 64 channels has 64 between .* not 32"),
        (_stage(("c3+c3", 64, 16)), "has 32 or 64 or 128 between its operations, not 16"),
        (_stage(("c3+c7", 64, 64)), "'c7' is no Inception operation; they are c3, c5"),
        (_stage(("avg", 64, 64)), "'avg' of Inception needs at least one of c3"),
    ],
)
def test_stages_outside_the_family(stage: InceptionStage, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        check_stage(stage, 64)
