import networkx as nx
import numpy as np
from hypothesis import given, settings

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op
from gennape.graph.passes.rewrite import (
    bypass,
    drop_unreachable,
    merge_nodes,
    only_user,
    replace_arguments,
)
from helpers.operation_names import edge_list, operation_names
from helpers.random_networks import networks


def _chain(*operations: Op) -> GraphBatch:
    """Input, the operations one after another, output."""
    build = GraphBuilder()
    x = build.input((4, 6, 6))
    for op in operations:
        x = build.activation(op, x)
    build.output(x)
    return GraphBatch.of([build.build()])


def test_bypass_of_a_chain_joins_its_ends() -> None:
    batch = _chain(Op.RELU, Op.DROPOUT, Op.IDENTITY, Op.TANH)
    removed = np.isin(batch.operations, [Op.DROPOUT, Op.IDENTITY])
    graph = bypass(batch, removed).graph(0)
    assert operation_names(graph) == ["INPUT", "RELU", "TANH", "OUTPUT"]
    assert edge_list(graph) == [(0, 1), (1, 2), (2, 3)]


def test_bypass_of_nothing_is_the_same_batch() -> None:
    batch = _chain(Op.RELU)
    assert bypass(batch, np.zeros(3, dtype=bool)) is batch


def test_bypass_keeps_details_with_their_nodes() -> None:
    build = GraphBuilder()
    x = build.activation(Op.DROPOUT, build.input((4, 6, 6)))
    build.output(build.slice_channels(x, 1, 2))
    batch = GraphBatch.of([build.build()])
    graph = bypass(batch, batch.operations == Op.DROPOUT).graph(0)
    assert dict(graph.details) == {1: {"start": 1}}


def test_merge_nodes_moves_learned_numbers_to_the_stand_in() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 6, 6)), 4)
    norms = build.batch_norm(build.batch_norm(x))
    vector = build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)
    build.output(build.add_node(Op.ADD, (norms, vector), (4, 6, 6)))
    batch = GraphBatch.of([build.build()])
    removed = np.isin(batch.operations, [Op.BATCH_NORM, Op.ADD])
    graph = merge_nodes(batch, removed).graph(0)
    assert operation_names(graph) == ["INPUT", "CONV", "OUTPUT"]
    assert graph.node_parameters.tolist() == [0, 12 + 8 + 8 + 4, 0]


def test_replace_arguments_leaves_one_argument() -> None:
    build = GraphBuilder()
    x = build.input((4, 6, 6))
    product = build.mul(x, build.activation(Op.SIGMOID, x))
    build.output(product)
    batch = GraphBatch.of([build.build()])
    operations = batch.operations.copy()
    operations[product] = Op.SILU
    graph = replace_arguments(batch, np.array([product]), np.array([x]), operations).graph(0)
    assert operation_names(graph) == ["INPUT", "SILU", "OUTPUT"]
    assert edge_list(graph) == [(0, 1), (1, 2)]


def test_only_user_is_unknown_for_shared_results() -> None:
    build = GraphBuilder()
    x = build.input((4, 6, 6))
    relu = build.relu(x)
    build.output(build.add(x, relu))
    assert only_user(GraphBatch.of([build.build()])).tolist() == [-1, 2, 3, -1]


@given(networks())
@settings(max_examples=100)
def test_unreachable_nodes_are_those_without_a_path_to_the_output(
    graph: ComputationGraph,
) -> None:
    reference = nx.MultiDiGraph(graph.edges.T.tolist())
    output = int(np.flatnonzero(graph.operations == Op.OUTPUT)[0])
    needed = nx.ancestors(reference, output) | {output}
    needed |= set(np.flatnonzero(graph.operations == Op.INPUT).tolist())
    kept = drop_unreachable(GraphBatch.of([graph])).graph(0)
    expected = [name for node, name in enumerate(operation_names(graph)) if node in needed]
    assert operation_names(kept) == expected
