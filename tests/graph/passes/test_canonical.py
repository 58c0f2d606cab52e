import numpy as np
import pytest
from hypothesis import given, settings

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBatch, Op, canonical
from gennape.graph.operations import LAYOUT
from gennape.graph.passes import CANONICAL
from helpers.random_networks import networks

_COLUMNS = ("operations", "attributes", "node_parameters", "edges")


def _assert_same(left: ComputationGraph, right: ComputationGraph) -> None:
    for column in _COLUMNS:
        np.testing.assert_array_equal(getattr(left, column), getattr(right, column), column)
    assert dict(left.details) == dict(right.details)


@given(networks())
@settings(max_examples=300)
def test_canonical_form_is_idempotent(graph: ComputationGraph) -> None:
    once = canonical(graph)
    _assert_same(canonical(once), once)


@given(networks())
@settings(max_examples=100)
def test_every_pass_has_nothing_left_to_do(graph: ComputationGraph) -> None:
    batch = canonical(GraphBatch.of([graph]))
    for apply in CANONICAL:
        assert apply(batch) is batch, apply.__name__


@given(networks(), networks())
@settings(max_examples=100)
def test_graphs_of_a_batch_do_not_touch_each_other(
    left: ComputationGraph, right: ComputationGraph
) -> None:
    batch = canonical(GraphBatch.of([left, right]))
    _assert_same(batch.graph(0), canonical(left))
    _assert_same(batch.graph(1), canonical(right))


@given(networks())
@settings(max_examples=100)
def test_canonical_form_keeps_inputs_and_outputs(graph: ComputationGraph) -> None:
    form = canonical(graph)
    for op in (Op.INPUT, Op.OUTPUT):
        assert (form.operations == op).sum() == (graph.operations == op).sum()


@pytest.mark.parametrize("family", ["nasbench101", "nasbench201"])
def test_canonical_form_of_family_networks(family: str) -> None:
    space = spaces.get(family)
    rng = np.random.default_rng(0)
    graphs = [space.graph(space.sample(rng)) for _ in range(20)]
    batch = canonical(GraphBatch.of(graphs))
    for index, graph in enumerate(graphs):
        form = batch.graph(index)
        assert not form.is_in(LAYOUT).any()
        assert form.macs <= graph.macs
        assert form.parameters <= graph.parameters
        _assert_same(canonical(form), form)


def test_costs_stay_where_nothing_is_dead() -> None:
    space = spaces.get("nasbench101")
    rng = np.random.default_rng(1)
    graphs = GraphBatch.of([space.graph(space.sample(rng)) for _ in range(20)])
    form = canonical(graphs)
    np.testing.assert_array_equal(form.macs, graphs.macs)
    np.testing.assert_array_equal(form.parameters, graphs.parameters)
