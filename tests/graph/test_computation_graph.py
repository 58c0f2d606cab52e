import copy
import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from gennape.graph import ComputationGraph, GraphBuilder, GraphError, Op
from gennape.graph.arrays import GROUPS, KERNEL, OUTPUT_SHAPE, STRIDE
from gennape.graph.draw import svg_of


def _graph() -> ComputationGraph:
    """Input, convolution, sum with itself, output."""
    build = GraphBuilder()
    conv = build.conv(build.input((3, 8, 8)), 4, kernel=3)
    build.output(build.add(conv, conv))
    return build.build(name="small")


def _with_attribute(column: Any, value: int, node: int = 1) -> dict[str, Any]:
    attributes = _graph().attributes.copy()
    attributes[node, column] = value
    return {"attributes": attributes}


_BAD: dict[str, dict[str, Any]] = {
    "attributes have shape \\(3, 18\\), expected \\(4, 18\\)": {
        "attributes": _graph().attributes[:3]
    },
    "node_parameters have shape \\(2,\\), expected \\(4,\\)": {
        "node_parameters": np.zeros(2, dtype=np.int64)
    },
    "edges have shape \\(3, 2\\)": {"edges": [[0, 1], [1, 2], [2, 3]]},
    "attributes must hold integers, not float64": {"attributes": _graph().attributes * 1.0},
    "an edge names a node outside 0..3": {"edges": [[0, 1, 1, 2], [1, 2, 2, 4]]},
    "goes backwards \\(a cycle\\?\\) into node 1": {"edges": [[2, 1, 1, 2], [1, 2, 2, 3]]},
    "not sorted by target at node 2": {"edges": [[0, 2, 1, 1], [1, 3, 2, 2]]},
    "at least one input": {"operations": [Op.CONSTANT, Op.CONV, Op.ADD, Op.OUTPUT]},
    "one output": {"operations": [Op.INPUT, Op.CONV, Op.ADD, Op.RELU]},
    "operation 999 is not in the vocabulary": {"operations": [Op.INPUT, 999, Op.ADD, Op.OUTPUT]},
    "arguments given to the source node 1 \\(input": {
        "operations": [Op.INPUT, Op.INPUT, Op.ADD, Op.OUTPUT]
    },
    "no arguments given to node 0 \\(relu": {"operations": [Op.RELU, Op.CONV, Op.ADD, Op.OUTPUT]},
    "a use of the output node 1": {"operations": [Op.INPUT, Op.OUTPUT, Op.ADD, Op.OUTPUT]},
    "an output dimension below 1 at node 1 \\(conv": _with_attribute(OUTPUT_SHAPE.start, 0),
    "a kernel size below 1": _with_attribute(KERNEL, 0),
    "a stride below 1": _with_attribute(STRIDE, -1),
    "a number of groups below 1": _with_attribute(GROUPS, 0),
    "groups do not divide the channels of node 1": _with_attribute(GROUPS, 2),
    "a negative number of parameters at node 2": {"node_parameters": np.array([0, 0, -1, 0])},
    "details are given for node 9 outside 0..3": {"details": {9: {"start": 1}}},
}


@pytest.mark.parametrize(("sentence", "changes"), _BAD.items(), ids=_BAD)
def test_a_graph_that_no_network_has_is_refused(sentence: str, changes: dict[str, Any]) -> None:
    with pytest.raises(GraphError, match=sentence):
        replace(_graph(), **changes)


def test_a_graph_without_nodes_is_refused() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    with pytest.raises(GraphError, match="at least one input"):
        ComputationGraph(nothing, np.zeros((0, 18), int), nothing, np.zeros((2, 0), int))


def test_a_graph_cannot_be_changed() -> None:
    graph = _graph()
    with pytest.raises(ValueError, match="read-only"):
        graph.operations[0] = Op.RELU
    with pytest.raises(FrozenInstanceError):
        graph.name = "other"  # type: ignore[misc]


def test_a_graph_does_not_follow_the_arrays_it_was_made_from() -> None:
    operations = _graph().operations.copy()
    graph = replace(_graph(), operations=operations)
    operations[2] = Op.MUL
    assert graph.operations[2] == Op.ADD
    assert operations.flags.writeable


def test_costs_and_representation() -> None:
    graph = _graph()
    assert graph.macs == 4 * 8 * 8 * 3 * 9
    assert graph.parameters == 4 * 3 * 9
    assert repr(graph) == (
        "ComputationGraph('small', 4 nodes, 4 edges, 6,912 MACs, 108 parameters)"
    )


def test_degrees_and_arguments_count_repeated_edges() -> None:
    graph = _graph()
    assert graph.in_degree.tolist() == [0, 1, 2, 1]
    assert graph.out_degree.tolist() == [1, 2, 1, 0]
    assert graph.argument(0).tolist() == [-1, 0, 1, 2]
    assert graph.argument(1).tolist() == [-1, -1, 1, -1]


def test_named_columns() -> None:
    graph = _graph()
    assert graph.kernel[1].tolist() == [3, 3]
    assert graph.padding[1].tolist() == [1, 1, 1, 1]
    assert graph.input_shape[1].tolist() == [3, 8, 8]
    assert graph.output_shape[1].tolist() == [4, 8, 8]
    assert graph.stride[1].tolist() == graph.dilation[1].tolist() == [1, 1]
    assert graph.groups[1] == 1
    assert not graph.bias[1]


def test_operations_outside_the_vocabulary_are_counted_by_name() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    for function in ("fold", "det", "fold"):
        x = build.add_node(Op.OTHER, (x,), (3, 8, 8), function=function)
    build.output(x)
    assert build.build().unknown_operations == {"fold": 2, "det": 1}


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))])
def test_copies_are_the_same_network(copied: Any) -> None:
    graph = _graph()
    assert copied(graph).fingerprint == graph.fingerprint


def test_a_notebook_draws_it_with_repeated_blocks_once() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 4)
    for _ in range(100):
        x = build.add(x, build.relu(build.batch_norm(build.conv(x, 4, kernel=3))))
    build.output(x)
    graph = build.build()
    picture = graph._repr_svg_()
    assert picture.startswith("<svg")
    assert "100" in picture
    assert len(picture) < len(svg_of(graph, fold=False)) / 5
