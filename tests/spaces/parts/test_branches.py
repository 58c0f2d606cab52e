import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.parts.branches import fuse, parallel, smallest


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
    fused = fuse(build, _inputs(build, 3), (10, 12, 14))
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
    first, second = fuse(build, _inputs(build, 1), (4, 6))
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
    fused = fuse(build, [wide, build.conv(wide, 4, stride=2)], (4, 4))
    assert [build.shapes[x] for x in fused] == [(4, 7, 7), (4, 4, 4)]


def test_residual_blocks_of_each_branch() -> None:
    build = GraphBuilder()
    for x in parallel(build, _inputs(build, 2), (1, 3)):
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
    resized = smallest(build, branches)
    assert resized[-1] == branches[-1]
    assert [build.shapes[x] for x in resized] == [(4, 2, 2), (6, 2, 2), (8, 2, 2)]
