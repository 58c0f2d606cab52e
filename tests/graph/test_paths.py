from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op
from gennape.graph.paths import path_depths
from helpers.random_networks import networks

Walk = tuple[float, int]
"""The probability of a walk back to a source, and how many counted nodes it meets."""


def _walks(graph: ComputationGraph, counted: list[bool], node: int) -> Iterator[Walk]:
    """Every walk from `node` back to a source, one by one."""
    arguments = [int(source) for source, target in graph.edges.T if target == node]
    if not arguments:
        yield 1.0, int(counted[node])
    for argument in arguments:
        for probability, count in _walks(graph, counted, argument):
            yield probability / len(arguments), count + counted[node]


@given(st.lists(networks(), min_size=1, max_size=3))
@settings(max_examples=60)
def test_depths_are_those_of_all_walks(graphs: list[ComputationGraph]) -> None:
    batch = GraphBatch.of(graphs)
    expected = []
    for graph in graphs:
        counted = (graph.operations == Op.CONV).tolist()
        for node in range(graph.num_nodes):
            walks = list(_walks(graph, counted, node))
            counts = [count for _, count in walks]
            expected.append([max(counts), min(counts), sum(p * count for p, count in walks)])
    depths = path_depths(batch, batch.operations == Op.CONV)
    np.testing.assert_allclose(depths, expected, rtol=1e-5)


def test_a_branch_by_hand() -> None:
    """Paths of three, one and zero convolutions meet in a sum."""
    build = GraphBuilder()
    x = build.input((4, 8, 8))
    long = build.conv(build.conv(build.conv(x, 4), 4), 4)
    total = build.add(long, build.conv(x, 4), x)
    build.output(total)
    graph = build.build()
    depths = path_depths(graph, graph.operations == Op.CONV)
    np.testing.assert_allclose(depths[total], [3, 0, 4 / 3], rtol=1e-6)
