import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, GraphError, canonical
from helpers.random_networks import networks

_COLUMNS = ("operations", "attributes", "node_parameters", "edges")


def _assert_same(left: ComputationGraph, right: ComputationGraph) -> None:
    for column in _COLUMNS:
        np.testing.assert_array_equal(getattr(left, column), getattr(right, column), column)
    assert left.details == right.details
    assert left.name == right.name


@given(st.lists(networks(), max_size=5))
@settings(max_examples=50)
def test_graphs_come_back_as_they_went_in(graphs: list[ComputationGraph]) -> None:
    batch = GraphBatch.of(graphs)
    assert len(batch) == len(graphs)
    for before, after in zip(graphs, batch, strict=True):
        _assert_same(before, after)


@given(st.lists(networks(), min_size=1, max_size=4), st.data())
@settings(max_examples=50)
def test_take_gathers_graphs_in_any_order(
    graphs: list[ComputationGraph], data: st.DataObject
) -> None:
    indices = data.draw(st.lists(st.integers(0, len(graphs) - 1), max_size=6))
    taken = GraphBatch.of(graphs).take(indices)
    assert len(taken) == len(indices)
    for index, after in zip(indices, taken, strict=True):
        _assert_same(graphs[index], after)


@given(st.lists(networks(), min_size=1, max_size=4))
@settings(max_examples=50)
def test_costs_are_those_of_the_graphs(graphs: list[ComputationGraph]) -> None:
    batch = GraphBatch.of(graphs)
    assert batch.macs.tolist() == [graph.macs for graph in graphs]
    assert batch.parameters.tolist() == [graph.parameters for graph in graphs]


@given(st.lists(networks(), min_size=1, max_size=4))
@settings(max_examples=50)
def test_columns_point_to_their_graphs(graphs: list[ComputationGraph]) -> None:
    batch = GraphBatch.of(graphs)
    counts = [graph.num_nodes for graph in graphs]
    assert batch.graph_index.tolist() == [i for i, count in enumerate(counts) for _ in range(count)]
    sources, targets = batch.edges
    np.testing.assert_array_equal(batch.graph_index[sources], batch.graph_index[targets])
    assert np.diff(batch.edge_offsets).tolist() == [graph.num_edges for graph in graphs]


def test_only_graphs_make_a_batch() -> None:
    with pytest.raises(TypeError, match=r"a int is no graph; gennape\.graph_of makes one"):
        GraphBatch.of([1])  # type: ignore[list-item]


def test_an_empty_batch() -> None:
    batch = GraphBatch.of([])
    assert len(batch) == 0
    assert list(batch) == []
    assert len(batch.take([])) == 0
    assert repr(batch) == "GraphBatch(0 graphs, 0 nodes, 0 edges)"


@given(st.lists(st.lists(networks(), max_size=3), max_size=3))
@settings(max_examples=50)
def test_joined_batches_are_the_batch_of_all_graphs(parts: list[list[ComputationGraph]]) -> None:
    joined = GraphBatch.join([GraphBatch.of(graphs) for graphs in parts])
    graphs = [graph for part in parts for graph in part]
    assert len(joined) == len(graphs)
    for before, after in zip(graphs, joined, strict=True):
        _assert_same(before, after)


@given(st.lists(networks(), min_size=1, max_size=3))
@settings(max_examples=10)
def test_a_batch_travels_without_what_follows_from_it(graphs: list[ComputationGraph]) -> None:
    batch = GraphBatch.of(graphs)
    short = len(pickle.dumps(batch))
    macs = batch.macs
    assert len(pickle.dumps(batch)) == short
    copy = pickle.loads(pickle.dumps(batch))
    np.testing.assert_array_equal(copy.macs, macs)
    for before, after in zip(graphs, copy, strict=True):
        _assert_same(before, after)


def test_layers_follow_their_nodes() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    build.layer = "stem"
    x = build.relu(build.conv(x, 4))
    build.layer = ""
    build.output(x)
    named, unnamed = build.build("named"), build.build("again")
    assert named.layers == ("", "stem", "stem", "")
    plain = GraphBuilder()
    plain.output(plain.input((3, 8, 8)))
    batch = GraphBatch.of([plain.build(), named])
    assert batch.layers == ("", "", *named.layers)
    assert [graph.layers for graph in batch] == [("", ""), named.layers]
    assert batch.take([1, 1]).layers == named.layers * 2
    assert canonical(named).layers == ()
    assert named.fingerprint == unnamed.fingerprint


def test_as_many_layers_as_nodes() -> None:
    build = GraphBuilder()
    build.output(build.input((3, 8, 8)))
    with pytest.raises(GraphError, match="1 nodes have layers, expected 2 or none"):
        replace(build.build(), layers=("stem",))
