from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces import ArchitectureError
from gennape.spaces.two_path import VOCABULARY, TwoPathArchitecture, TwoPathBlock

SPACE = spaces.get("two_path")
CONVOLUTIONS = {"c3", "d3", "c5", "r2k3", "r4k3", "e2k3", "s3", "s5"}
SUPPORT = {"c1", "r2k1", "e2k1", "avg", "max"}
SIMPLE = "c3@2-c3@2"

# Around the paths: two convolutions of the stem, that of the head and the linear layer.
FIXED = [(27, 1, 32, 32), (9, 32, 32, 16), (9, 256, 512, 4)]
LINEAR = 512 * 10


def _random(seed: int) -> TwoPathArchitecture:
    architecture: TwoPathArchitecture = SPACE.sample(np.random.default_rng(seed))
    return architecture


def _is_right(architecture: TwoPathArchitecture) -> bool:
    """The rules of the family, written down once more."""
    for path in architecture.paths:
        if not (2 <= len(path) <= 4 and sum(block.reduces for block in path) == 2):
            return False
        for operations, _ in path:
            support = sum(operation in SUPPORT for operation in operations)
            convolutions = sum(operation in CONVOLUTIONS for operation in operations)
            if not (1 <= convolutions + support <= 3 and convolutions >= 1 and support <= 1):
                return False
            if convolutions + support != len(operations):
                return False
    return len(architecture.paths) == 2


@given(st.integers(0, 2**32))
def test_samples_keep_the_rules(seed: int) -> None:
    assert _is_right(_random(seed))


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_neighbours_keep_the_rules_and_are_mutual(seed: int) -> None:
    architecture = _random(seed)
    neighbours = SPACE.neighbours(architecture)
    assert all(map(_is_right, neighbours))
    for other in np.random.default_rng(seed).choice(len(neighbours), size=5):
        assert architecture in SPACE.neighbours(neighbours[other])


def test_neighbours_by_hand() -> None:
    """In each of four blocks another of 7 convolutions, or one of 12 more at either side.

    Putting a second `c3` before or behind the first is the same. Each path may have a block
    of 8 kinds more at three places, and no block less; both blocks must keep their stride.
    """
    neighbours = SPACE.neighbours(SPACE.parse(f"{SIMPLE}/{SIMPLE}"))
    assert len(neighbours) == 4 * (7 + 2 * 12 + 1) + 2 * 3 * 8
    texts = set(map(SPACE.format, neighbours))
    assert f"avg+c3@2-c3@2/{SIMPLE}" in texts
    assert f"{SIMPLE}/c3@2-s5-c3@2" in texts


def test_strides_move_and_blocks_of_one_operation_go() -> None:
    texts = set(map(SPACE.format, SPACE.neighbours(SPACE.parse(f"c3@2-d3-c5@2/{SIMPLE}"))))
    assert {f"{path}/{SIMPLE}" for path in ("c3-d3@2-c5@2", "c3@2-d3@2-c5", "c3@2-c5@2")} <= texts
    assert f"d3-c3@2-c5@2/{SIMPLE}" not in texts
    longer = SPACE.parse(f"c3@2-d3+c1-c5@2/{SIMPLE}")
    assert f"c3@2-c5@2/{SIMPLE}" not in set(map(SPACE.format, SPACE.neighbours(longer)))


def test_neighbours_are_other_networks() -> None:
    architecture = SPACE.parse(f"c3+max@2-s3-r2k3@2/{SIMPLE}")
    prints = [SPACE.graph(other).fingerprint for other in SPACE.neighbours(architecture)]
    assert len(prints) > 100
    assert SPACE.graph(architecture).fingerprint not in prints


def test_size_by_hand() -> None:
    blocks = 8 + (8**2 + 2 * 8 * 5) + (8**3 + 3 * 8**2 * 5)
    assert blocks == 1_624
    assert SPACE.size == (blocks**2 + 3 * blocks**3 + 6 * blocks**4) ** 2


def test_depths_lengths_and_strides_are_sampled_equally_often() -> None:
    paths = [path for seed in range(1_000) for path in _random(seed).paths]
    depths = Counter(map(len, paths))
    assert [depths[depth] for depth in (2, 3, 4)] == pytest.approx([2_000 / 3] * 3, rel=0.15)
    lengths = Counter(len(block.operations) for path in paths for block in path)
    assert [lengths[n] for n in (1, 2, 3)] == pytest.approx([2_000] * 3, rel=0.1)
    places = Counter(
        place for path in paths if len(path) == 4 for place, b in enumerate(path) if b.reduces
    )
    assert [places[p] for p in range(4)] == pytest.approx([depths[4] / 2] * 4, rel=0.15)


def _cost(convolutions: list[tuple[int, int, int, int]], norms: int = 0) -> tuple[int, int]:
    """Parameters and MACs of a whole network.

    A convolution is its kernel area, input and output channels and output height, and has a
    batch norm; `norms` are the channels of others.
    """
    everything = FIXED + convolutions
    parameters = sum(area * i * o + 2 * o for area, i, o, _ in everything)
    macs = sum(area * i * o * size**2 for area, i, o, size in everything)
    return parameters + 2 * norms + LINEAR + 10, macs + LINEAR


def test_the_simplest_network_by_hand() -> None:
    graph = SPACE.graph(SPACE.parse(f"{SIMPLE}/{SIMPLE}"))
    assert (graph.parameters, graph.macs) == _cost([(9, 32, 64, 8), (9, 64, 128, 4)] * 2)
    assert graph.parameters == 1_381_098
    assert not (graph.operations == Op.ADD).any()


def test_a_varied_network_by_hand() -> None:
    graph = SPACE.graph(SPACE.parse("max+r2k3@2-e2k3-d3@2/s5-avg+c5@2-r4k3+r2k1-e2k1+s3@2"))
    first = [(9, 32, 16, 8), (9, 16, 64, 8)]  # a bottleneck of 32 / 2 channels
    first += [(9, 64, 128, 8), (9, 128, 64, 8), (9, 64, 64, 4), (9, 64, 128, 4)]
    second = [(5, 32, 32, 16)] * 2 + [(25, 32, 64, 8)]
    second += [(9, 64, 16, 8), (9, 16, 64, 8), (1, 64, 32, 8), (1, 32, 64, 8)]
    second += [(1, 64, 128, 8), (1, 128, 64, 8), (3, 64, 128, 4), (3, 128, 128, 4)]
    assert (graph.parameters, graph.macs) == _cost(first + second, norms=32 + 32)
    assert (graph.operations == Op.ADD).sum() == 3  # e2k3, s5, r4k3+r2k1
    assert not graph.bias[graph.operations == Op.CONV].any()


def test_the_stride_is_that_of_the_first_convolution() -> None:
    """Support before it keeps 32 channels of 16x16, what comes behind has 64 of 8x8."""
    graph = SPACE.graph(SPACE.parse(f"c1+c5+s3@2-c3@2/{SIMPLE}"))
    kernels, shapes = graph.kernel.tolist(), graph.output_shape.tolist()
    assert shapes[kernels.index([5, 5])] == [64, 8, 8]
    assert shapes[kernels.index([1, 3])] == [64, 8, 8]
    convolutions = np.flatnonzero(graph.operations == Op.CONV)
    assert shapes[next(n for n in convolutions if kernels[n] == [1, 1])] == [32, 16, 16]


def _built(name: str, channels: int, stride: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((8, 6, 6))
    build.output(VOCABULARY.operations[name](build, x, channels, stride))
    return build.build()


CBA, CB = "conv batch_norm relu6", "conv batch_norm"


@pytest.mark.parametrize(
    ("name", "nodes", "convolutions"),
    [
        ("c3", CBA, [(9, 8, 16)]),
        ("c5", CBA, [(25, 8, 16)]),
        ("d3", f"{CBA} {CBA}", [(9, 8, 8), (9, 8, 16)]),
        ("r2k3", f"{CB} {CB}", [(9, 8, 4), (9, 4, 16)]),
        ("r4k3", f"{CB} {CB}", [(9, 8, 2), (9, 2, 16)]),
        ("e2k3", f"{CB} {CB}", [(9, 8, 16), (9, 16, 16)]),
        ("s3", f"{CBA} {CBA}", [(3, 8, 16), (3, 16, 16)]),
        ("s5", f"{CBA} {CBA}", [(5, 8, 16), (5, 16, 16)]),
    ],
)
def test_strided_convolutions(
    name: str, nodes: str, convolutions: list[tuple[int, int, int]]
) -> None:
    """The first of two takes the stride, so that all work on 3x3."""
    graph = _built(name, channels=16, stride=2)
    assert " ".join(Op(op).name.lower() for op in graph.operations[1:-1].tolist()) == nodes
    assert graph.parameters == sum(area * i * o + 2 * o for area, i, o in convolutions)
    assert graph.macs == 9 * sum(area * i * o for area, i, o in convolutions)
    assert graph.output_shape[-1].tolist() == [16, 3, 3]


@pytest.mark.parametrize(
    ("name", "nodes", "convolutions"),
    [
        ("c1", CBA, [(8, 8)]),
        ("r2k1", f"{CB} {CB}", [(8, 4), (4, 8)]),
        ("e2k1", f"{CB} {CB}", [(8, 16), (16, 8)]),
        ("avg", "avg_pool batch_norm", []),
        ("max", "max_pool batch_norm", []),
    ],
)
def test_support(name: str, nodes: str, convolutions: list[tuple[int, int]]) -> None:
    graph = _built(name, channels=8, stride=1)
    assert " ".join(Op(op).name.lower() for op in graph.operations[1:-1].tolist()) == nodes
    norms = sum(o for _, o in convolutions) or 8
    assert graph.parameters == sum(i * o for i, o in convolutions) + 2 * norms
    assert graph.output_shape[-1].tolist() == [8, 6, 6]


def test_the_vocabulary() -> None:
    assert set(VOCABULARY.convolutions) == CONVOLUTIONS
    assert set(VOCABULARY.support) == SUPPORT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SIMPLE, "'c3@2-c3@2' is no Two-Path architecture; one looks like c3"),
        (f"{SIMPLE}/{SIMPLE}/{SIMPLE}", "is no Two-Path architecture"),
        (f"{SIMPLE}/c3@3-c3@2", "is no Two-Path architecture"),
        (f"{SIMPLE}/c3@2", "a path of Two-Path has 2 or 3 or 4 blocks, not 1"),
        (f"{SIMPLE}/c3@2-c3@2-c3-c3-c3", "a path of Two-Path has 2 or 3 or 4 blocks, not 5"),
        (f"{SIMPLE}/c3@2-c3", "a path of Two-Path has 2 blocks of stride 2, not 1"),
        (f"{SIMPLE}/c3@2-c3@2-c3@2", "a path of Two-Path has 2 blocks of stride 2, not 3"),
        (f"{SIMPLE}/c3@2-c3+c3+c3+c3@2", "a block of Two-Path has 1 or 2 or 3 operations, not 4"),
        (f"{SIMPLE}/c3@2-c7@2", "'c7' is no Two-Path operation; they are c3, d3"),
        (f"{SIMPLE}/c3@2-max@2", "'max' of Two-Path needs at least one of c3, d3"),
        (f"{SIMPLE}/c3@2-c3+max+avg@2", r"'c3\+max\+avg' of Two-Path needs .* at most one of c1"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_an_architecture_has_two_paths() -> None:
    path = (TwoPathBlock(("c3",), True),) * 2
    with pytest.raises(ArchitectureError, match="Two-Path has 2 paths, not 3"):
        TwoPathArchitecture((path,) * 3)
