"""What repeats is drawn once, and nothing is lost by it."""

import time

import pytest
from hypothesis import example, given, settings

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.draw import svg_of
from gennape.graph.draw.blocks import DrawnBlock, blocks_of
from gennape.graph.draw.picture import picture
from gennape.graph.draw.repeats import fold_repeats
from gennape.graph.draw.scene import Text
from helpers.random_networks import networks


def _conv(build: GraphBuilder, x: int, channels: int = 8) -> int:
    return build.relu(build.batch_norm(build.conv(x, channels, kernel=3)))


def _residual_block(build: GraphBuilder, x: int, width: int = 8) -> int:
    return build.relu(build.add(x, _conv(build, _conv(build, x, width))))


def _chain(blocks: int, width_step: int = 0) -> ComputationGraph:
    build = GraphBuilder()
    x = _conv(build, build.input((3, 8, 8)))
    for block in range(blocks):
        x = _residual_block(build, x, 8 + width_step * block)
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build()


def _nodes(blocks: list[DrawnBlock]) -> list[int]:
    own = [node.index for block in blocks for node in block.nodes]
    return sorted(own + [node for block in blocks for node in block.others])


def test_residual_blocks_are_one_unit_with_its_count() -> None:
    blocks, edges, repeats = fold_repeats(*blocks_of(_chain(5)))
    assert [block.count for block in blocks] == [1, 1, 5, 5, 5, 1, 1]
    assert edges == [(0, 1), (1, 2), (1, 4), (2, 3), (3, 4), (4, 5), (5, 6)]
    assert [(repeat.blocks, repeat.count, repeat.alike) for repeat in repeats] == [
        ((2, 3, 4), 5, False)
    ]


def test_a_box_counts_what_all_it_stands_for_cost() -> None:
    graph = _chain(5)
    blocks, _, _ = fold_repeats(*blocks_of(graph))
    conv = blocks[2]
    own = sum(int(graph.node_macs[node.index]) for node in conv.nodes)
    assert sum(int(graph.node_macs[node]) for node in conv.others) == 4 * own > 0


def test_units_of_units_are_found() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((8, 8, 8)), 8)
    for _ in range(3):
        for _ in range(4):
            x = _residual_block(build, x)
        x = build.batch_norm(build.conv(x, 8, kernel=5))
    build.output(x)
    blocks, _, repeats = fold_repeats(*blocks_of(build.build()))
    assert sorted(repeat.count for repeat in repeats) == [3, 4]
    assert max(block.count for block in blocks) == 12
    assert _nodes(blocks) == list(range(build.build().num_nodes))


def test_results_that_are_used_later_keep_their_blocks_apart() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((8, 8, 8)), 8)
    seen = []
    for _ in range(6):
        x = _residual_block(build, x)
        seen.append(x)
    build.output(build.concat(*seen))
    _, _, repeats = fold_repeats(*blocks_of(build.build()))
    assert repeats == []


def test_one_result_for_all_copies_does_not_keep_them_apart() -> None:
    build = GraphBuilder()
    image = build.input((8, 8, 8))
    shared = _conv(build, image)
    x = build.conv(image, 8)
    for _ in range(6):
        x = build.relu(build.mul(_conv(build, x), shared))
    build.output(x)
    blocks, _, repeats = fold_repeats(*blocks_of(build.build()))
    assert [repeat.count for repeat in repeats] == [6]
    assert _nodes(blocks) == list(range(build.build().num_nodes))


def test_sizes_may_differ_in_pictures_of_very_many_boxes_only() -> None:
    few = fold_repeats(*blocks_of(_chain(5, width_step=1)))
    assert few[2] == []
    blocks, _, repeats = fold_repeats(*blocks_of(_chain(100, width_step=1)))
    assert [(repeat.count, repeat.alike) for repeat in repeats] == [(100, True)]
    assert len(blocks) == 7


def _with_unused_layers() -> ComputationGraph:
    """Two layers in a row; between them stand equal ones whose results nobody uses."""
    build = GraphBuilder()
    x = build.input((4, 6, 6))
    build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)
    first = build.relu(x)
    second = build.relu(first)
    for argument in (x, x, x, first):
        build.relu(argument)
    build.output(build.relu(second))
    return build.build()


@given(networks())
@example(_with_unused_layers())
@settings(max_examples=100)
def test_every_node_is_in_one_box_and_edges_lead_forward(graph: ComputationGraph) -> None:
    blocks, edges, repeats = fold_repeats(*blocks_of(graph))
    assert _nodes(blocks) == list(range(graph.num_nodes))
    assert all(source < target for source, target in edges)
    assert edges == sorted(set(edges))
    repeated = {box for repeat in repeats for box in repeat.blocks}
    assert repeated == {box for box, block in enumerate(blocks) if block.count > 1}
    if not repeats:
        assert (blocks, edges) == blocks_of(graph)


def test_frames_tell_counts_and_large_pictures_fold_by_themselves() -> None:
    def texts(graph: ComputationGraph, fold: bool | None = None) -> list[str]:
        return [s.content for s in picture(graph, fold).shapes if isinstance(s, Text)]

    assert "× 40" in texts(_chain(40))
    assert "× 5" not in texts(_chain(5))
    assert "× 5" in texts(_chain(5), fold=True)
    assert "× 40" not in texts(_chain(40), fold=False)
    assert "× 100 of several sizes" in texts(_chain(100, width_step=1))


@pytest.mark.slow
@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("fold", [True, False])
def test_twenty_thousand_nodes_take_less_than_twenty_seconds(step: int, fold: bool) -> None:
    graph = _chain(2500, step)
    assert graph.num_nodes > 20_000
    start = time.process_time()
    svg_of(graph, fold=fold)
    assert time.process_time() - start < 20
