from dataclasses import replace

import numpy as np
import pytest

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces import ArchitectureError
from gennape.spaces.nasbench_mr import (
    MultiResolutionStage,
    NASBenchMRArchitecture,
    deepen_branches,
    fuse_branches,
    resize_to_smallest,
)

SPACE = spaces.get("nasbench_mr")
SMALLEST = "8_8-1_1_1_8-1_2_1_1_8_8-1_3_1_1_1_8_8_8-1_4_1_1_1_1_8_8_8_8-8"
EXAMPLE = "96_128-1_1_1_48-1_2_1_1_128_8-1_3_1_1_1_128_128_120-4_4_4_4_4_4_128_128_128_128-64"


def test_the_example_of_the_benchmarks_readme() -> None:
    assert SPACE.parse(EXAMPLE) == NASBenchMRArchitecture(
        stem=(96, 128),
        stages=(
            MultiResolutionStage(1, (1,), (48,)),
            MultiResolutionStage(1, (1, 1), (128, 8)),
            MultiResolutionStage(1, (1, 1, 1), (128, 128, 120)),
            MultiResolutionStage(4, (4, 4, 4, 4), (128, 128, 128, 128)),
        ),
        last=64,
    )


def test_costs_of_the_smallest_network_by_hand() -> None:
    graph = SPACE.graph(SPACE.parse(SMALLEST))
    # Outputs of 3x3 convolutions at 32, 16, 8 and 4 pixels: those of the blocks, two a branch
    # and stage; a branch's own and new ones; those on the finer neighbour.
    at_32, at_16, at_8, at_4 = 2 * 4 + 4, 2 * 3 + (2 + 1) + 2, 2 * 2 + (1 + 1) + 1, 2 + 1
    threes, ones = at_32 + at_16 + at_8 + at_4, 3
    with_norm = 9 * 8 * 8 + 16
    stem = 27 * 8 + 16 + with_norm
    end = 4 * 8 * 8 + 16 + 8 * 50 + 50
    assert graph.parameters == stem + threes * with_norm + ones * (8 * 8 + 16) + end
    places = at_32 * 32**2 + at_16 * 16**2 + at_8 * 8**2 + at_4 * 4**2
    stem_macs = 27 * 8 * 64**2 + 9 * 8 * 8 * 32**2
    ones_macs = 8 * 8 * (16**2 + 16**2 + 8**2)
    assert graph.macs == (stem_macs + 9 * 8 * 8 * places + ones_macs + 4 * 8 * 8 * 4**2 + 8 * 50)


def test_branches_meet_at_the_lowest_resolution() -> None:
    graph = SPACE.graph(SPACE.parse(SMALLEST))
    (joined,) = (graph.operations == Op.CONCAT).nonzero()[0]
    assert graph.output_shape[joined].tolist() == [32, 4, 4]
    resized = graph.operations == Op.RESIZE
    bilinear = [graph.details[node]["mode"] for node in resized.nonzero()[0] if node > joined - 4]
    assert bilinear == ["bilinear"] * 3
    assert resized.sum() == 3 + 3


def test_a_module_more_is_one_fusion_and_its_blocks() -> None:
    graphs = [
        SPACE.graph(SPACE.parse(SMALLEST.replace("-1_2_1", f"-{count}_2_1"))) for count in (1, 2)
    ]
    # Four 3x3 convolutions in blocks, three and a 1x1 convolution in the fusion of two branches.
    more = 7 * (9 * 8 * 8 + 16) + 8 * 8 + 16
    # The first module begins the second branch: the second one adds to both.
    assert graphs[1].parameters - graphs[0].parameters == more


def test_size_and_neighbours_by_hand() -> None:
    assert SPACE.size == 16**2 * 4**4 * 4**10 * 16**10 * 16
    neighbours = SPACE.neighbours(SPACE.parse(EXAMPLE))
    assert len(neighbours) == 13 * 15 + 14 * 3
    texts = {SPACE.format(other) for other in neighbours}
    assert EXAMPLE.replace("96_128", "8_128") in texts
    assert EXAMPLE.replace("-4_4_4", "-3_4_4") in texts
    assert EXAMPLE.replace("1_128_8", "4_128_8") in texts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (EXAMPLE.replace("96", "100"), "channels of NAS-Bench-MR are one of 8, 16, .*, not 100"),
        (EXAMPLE.replace("-4_4_4", "-5_4_4"), "modules of a stage .* one of 1, 2, 3, 4, not 5"),
        (EXAMPLE.replace("_1_128_8", "_0_128_8"), "blocks of a branch .* one of 1, 2, .*, not 0"),
        (EXAMPLE.replace("120", "0"), "channels of NAS-Bench-MR are one of .*, not 0"),
        (EXAMPLE.replace("-1_2_1", "-1_1_1"), "is no NAS-Bench-MR architecture; one looks like"),
        (EXAMPLE.removesuffix("-64"), "is no NAS-Bench-MR architecture; one looks like"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_an_architecture_checks_itself() -> None:
    network = SPACE.parse(EXAMPLE)
    with pytest.raises(ArchitectureError, match="4 stages, not 2 and 3"):
        replace(network, stages=network.stages[:3])
    with pytest.raises(ArchitectureError, match=r"stage 1 .* has 1 branches, not blocks of 4"):
        replace(network, stages=network.stages[::-1])


def _arguments(graph: ComputationGraph, node: int) -> list[int]:
    return sorted(graph.edges[0][graph.edges[1] == node].tolist())


def _inputs(build: GraphBuilder, count: int) -> list[int]:
    """Branches of 4, 6, 8 channels and more, the first of 8x8 pixels."""
    branches = [build.conv(build.input((3, 8, 8)), 4)]
    while len(branches) < count:
        branches.append(build.conv(branches[-1], 4 + 2 * len(branches), stride=2))
    return branches


def test_each_branch_hears_of_itself_and_its_neighbours() -> None:
    build = GraphBuilder()
    fused = fuse_branches(build, _inputs(build, 3), (10, 12, 14))
    assert [build.shapes[x] for x in fused] == [(10, 8, 8), (12, 4, 4), (14, 2, 2)]
    for x in fused:
        build.output(x)
    graph = build.build()
    sums = (graph.operations == Op.ADD).nonzero()[0]
    assert [len(_arguments(graph, node)) for node in sums] == [2, 3, 2]
    convolutions = (graph.operations == Op.CONV) & (np.arange(graph.num_nodes) > 3)
    found = zip(
        graph.input_shape[convolutions, 0].tolist(),
        graph.output_shape[convolutions, 0].tolist(),
        graph.kernel[convolutions, 0].tolist(),
        graph.stride[convolutions, 0].tolist(),
        strict=True,
    )
    assert list(found) == [
        *[(4, 10, 3, 1), (6, 10, 1, 1)],
        *[(4, 12, 3, 2), (6, 12, 3, 1), (8, 12, 1, 1)],
        *[(6, 14, 3, 2), (8, 14, 3, 1)],
    ]
    assert (graph.operations == Op.RELU).sum() == 7 + 3


def test_a_new_branch_begins_at_the_fused_last_one() -> None:
    build = GraphBuilder()
    first, second = fuse_branches(build, _inputs(build, 1), (4, 6))
    build.output(first)
    build.output(second)
    graph = build.build()
    assert (graph.operations == Op.ADD).sum() == 0
    assert build.shapes[second] == (6, 4, 4)
    node = second
    while graph.operations[node] != Op.CONV:
        (node,) = _arguments(graph, node)
    assert _arguments(graph, node) == [first]


def test_an_odd_map_is_enlarged_to_its_neighbours_size() -> None:
    build = GraphBuilder()
    wide = build.conv(build.input((3, 7, 7)), 4)
    fused = fuse_branches(build, [wide, build.conv(wide, 4, stride=2)], (4, 4))
    assert [build.shapes[x] for x in fused] == [(4, 7, 7), (4, 4, 4)]


def test_residual_blocks_of_each_branch() -> None:
    build = GraphBuilder()
    for x in deepen_branches(build, _inputs(build, 2), (1, 3)):
        build.output(x)
    graph = build.build()
    assert graph.node_parameters.sum() == (
        (3 * 4 + 4 * 6) + 2 * (9 * 4 * 4 + 8) + 6 * (9 * 6 * 6 + 12)
    )
    assert (graph.operations == Op.ADD).sum() == 4
    assert (graph.operations == Op.RELU).sum() == 8


def test_the_smallest_branch_stays_as_it_is() -> None:
    build = GraphBuilder()
    branches = _inputs(build, 3)
    resized = resize_to_smallest(build, branches)
    assert resized[-1] == branches[-1]
    assert [build.shapes[x] for x in resized] == [(4, 2, 2), (6, 2, 2), (8, 2, 2)]
