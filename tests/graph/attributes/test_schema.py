import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, GraphError, Op, canonical
from gennape.graph.arrays import NO_ATTRIBUTES
from gennape.graph.attributes import GROUPS, MUST_STATE, SCHEMAS, NodeAttributes, attributes_of
from gennape.graph.attributes.groups import SliceAttributes, SoftmaxAttributes
from gennape.graph.attributes.mathematics import ReduceAttributes
from gennape.graph.node import nodes_of
from gennape.graph.store import StoreError, load, save

_SHAPE = (4, 6, 6)


def _one_node(op: Op, attributes: tuple[int, ...] = NO_ATTRIBUTES, **details: Any) -> GraphBuilder:
    build = GraphBuilder()
    build.output(build.add_node(op, (build.input(_SHAPE),), _SHAPE, attributes, **details))
    return build


@pytest.mark.parametrize(
    ("op", "details", "problem"),
    [
        (Op.MEAN, {"dims": [1]}, r"node 1 \(mean\) states 'dims', and has axes, keepdim"),
        (Op.RELU, {"slope": 0.1}, r"node 1 \(relu\) states 'slope', and has no details"),
        (Op.MEAN, {"axes": 1}, r"node 1 \(mean\) states axes = 1, which is not a list of integers"),
        (Op.MEAN, {"axes": [1.0]}, "not a list of integers"),
        (Op.SOFTMAX, {"axis": True}, "states axis = True, which is not an integer"),
        (Op.AVG_POOL, {"count_include_pad": 0}, "not true or false"),
        (Op.CLIP, {"min": "0"}, "not a number"),
        (Op.OTHER, {"function": None}, "not a text"),
        (Op.SLICE, {"start": [1, "2"]}, "not an integer or a list of them"),
    ],
)
def test_unknown_names_and_other_types_are_refused(
    op: Op, details: dict[str, Any], problem: str
) -> None:
    with pytest.raises(GraphError, match=problem):
        _one_node(op, **details)
    plain = _one_node(Op.RELU).build()
    operations = np.array([Op.INPUT, op, Op.OUTPUT])
    with pytest.raises(GraphError, match=problem):
        ComputationGraph(
            operations, plain.attributes, plain.node_parameters, plain.edges, {1: details}
        )


@pytest.mark.parametrize(
    ("op", "lacking"),
    [
        (Op.MEAN, "axes"),
        (Op.ROLL, "shifts and axes"),
        (Op.TRANSPOSE, "dims or factor"),
        (Op.POWER, "exponent or base"),
        (Op.CLIP, "min or max"),
        (Op.COMPARE, "function"),
    ],
)
def test_what_a_node_must_state_is_named(op: Op, lacking: str) -> None:
    with pytest.raises(
        GraphError, match=rf"node 1 \({op.name.lower()}\) does not state its {lacking}$"
    ):
        _one_node(op)
    _one_node(op, not_executable="its settings are unknown").build()


def test_an_argument_stands_for_what_is_not_stated() -> None:
    build = GraphBuilder()
    x = build.input(_SHAPE)
    build.output(build.add_node(Op.POWER, (x, x), _SHAPE))
    assert build.build().num_nodes == 3


def test_numbers_that_an_operation_does_not_have_are_refused() -> None:
    strided = (1, 1, 2, 1, *NO_ATTRIBUTES[4:])
    assert _one_node(Op.MAX_POOL, strided).build().stride[1].tolist() == [2, 1]
    with pytest.raises(GraphError, match=r"node 1 \(relu\) is given numbers that it does not"):
        _one_node(Op.RELU, strided)
    pool = _one_node(Op.MAX_POOL, strided).build()
    with pytest.raises(GraphError, match=r"does not have are given to node 1 \(relu"):
        replace(pool, operations=np.array([Op.INPUT, Op.RELU, Op.OUTPUT]), details={})


def test_every_operation_has_a_group_or_no_details() -> None:
    assert {GROUPS.get(op, NodeAttributes) for op in Op} == {schema.group for schema in SCHEMAS}
    assert [op.name for op in Op if MUST_STATE[op]] == [
        "OTHER",
        "ROLL",
        "MEAN",
        "SUM",
        "MAX",
        "VARIANCE",
        "POWER",
        "CLIP",
        "COMPARE",
        "ROUND",
        "TRANSPOSE",
        "EXPAND",
        "FFT",
    ]


def test_details_become_typed_fields_with_defaults() -> None:
    assert attributes_of(Op.SOFTMAX, {}) == SoftmaxAttributes(axis=1)
    assert attributes_of(Op.MEAN, {"axes": [2, 3]}) == ReduceAttributes(axes=(2, 3), keepdim=False)
    node = nodes_of(_one_node(Op.SLICE, axis=2, start=1, stop=3).build())[1]
    assert node.attributes == SliceAttributes(axis=2, start=1, stop=3, step=1)


def test_canonical_forms_need_not_state_what_they_leave_out() -> None:
    form = canonical(_one_node(Op.MEAN, axes=[1]).build())
    assert form.operations[1] == Op.MEAN
    assert not form.details


def test_files_with_unknown_attributes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "graphs.parquet"
    save(GraphBatch.of([_one_node(Op.SOFTMAX, axis=2).build()]), path)
    assert load(path).details == {1: {"axis": 2}}
    table = pq.read_table(path)
    changed = table.set_column(
        table.schema.get_field_index("details"), "details", [[json.dumps({"1": {"dim": 2}})]]
    )
    pq.write_table(changed, path)
    with pytest.raises(StoreError, match=r"node 1 \(softmax\) states 'dim', and has axis"):
        load(path)
