"""Blocks that are recorded once and copied."""

from functools import partial

import numpy as np
import pytest

from gennape.graph import ComputationGraph, GraphBuilder, GraphError, cached_block


def _block(build: GraphBuilder, x: int) -> int:
    pooled = build.avg_pool(x, kernel=3, stride=1, padding=1, count_padding=False)
    return build.add(x, build.conv(build.concat(pooled, x), build.shapes[x][0]))


def _assert_equal(one: ComputationGraph, other: ComputationGraph) -> None:
    for column in ("operations", "attributes", "node_parameters", "edges"):
        np.testing.assert_array_equal(getattr(one, column), getattr(other, column))
    assert one.details == other.details


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_repeated_block_is_the_block_written_again(times: int) -> None:
    copied, written = GraphBuilder(), GraphBuilder()
    for build in (copied, written):
        x = build.relu(build.input((3, 8, 8)))
        if build is copied:
            x = build.repeat(partial(_block, build), x, times)
        else:
            for _ in range(times):
                x = _block(build, x)
        build.output(build.conv(x, 4))
    _assert_equal(copied.build(), written.build())


def test_blocks_that_copies_would_change_are_refused() -> None:
    build = GraphBuilder()
    first = build.input((3, 8, 8))
    x = build.relu(first)
    with pytest.raises(GraphError, match="reads no other node"):
        build.repeat(lambda y: build.add(y, first), x, 2)
    with pytest.raises(GraphError, match="of the same shape"):
        build.repeat(lambda y: build.conv(y, 4), x, 2)
    with pytest.raises(GraphError, match="makes a new tensor"):
        build.repeat(lambda y: y, x, 2)


def _widened(build: GraphBuilder, x: int, channels: int, kernel: int = 1) -> int:
    """Nothing where the width is that of the input."""
    if build.shapes[x][0] == channels:
        return x
    return build.conv(_block(build, x), channels, kernel)


def test_a_cached_block_is_the_block() -> None:
    calls = []

    @cached_block
    def counted(build: GraphBuilder, x: int, channels: int, kernel: int = 1) -> int:
        calls.append(channels)
        return _widened(build, x, channels, kernel)

    graphs = []
    for block in (_widened, counted, counted):
        build = GraphBuilder()
        x = build.relu(build.input((3, 8, 8)))
        for channels, kernel in [(4, 3), (4, 3), (3, 1), (4, 3), (3, 3)]:
            x = block(build, x, channels, kernel=kernel)
        build.output(x)
        graphs.append(build.build())
    _assert_equal(graphs[1], graphs[0])
    _assert_equal(graphs[2], graphs[0])
    assert len(calls) == 4  # once for each shape of the input, width and kernel


def test_a_block_that_reads_another_node_cannot_be_cached() -> None:
    build = GraphBuilder()
    first = build.input((3, 8, 8))
    block = cached_block(lambda build, x: build.add(x, first))
    with pytest.raises(GraphError, match="reads no other node"):
        block(build, build.relu(first))


def test_names_of_layers_have_a_limit() -> None:
    build = GraphBuilder()
    build.layer = "long" * 100
    build.output(build.relu(build.input((3, 8, 8))))
    assert all(len(row.layer) == 255 for row in build.build().summary().rows)
