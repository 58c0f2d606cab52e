"""Passes that make one node part of another."""

import pytest

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op, canonical
from gennape.graph.arrays import NO_ATTRIBUTES
from gennape.graph.passes.fold_affine import fold_affine
from gennape.graph.passes.fold_batch_norm import fold_batch_norm
from gennape.graph.passes.fold_padding import fold_padding
from helpers.operation_names import edge_list, operation_names


def _applied(rule, build: GraphBuilder) -> ComputationGraph:
    return rule(GraphBatch.of([build.build()])).graph(0)


def test_batch_norm_goes_into_the_convolution_before_it() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 6, 6)), 4, kernel=3)
    build.output(build.relu(build.batch_norm(x)))
    graph = _applied(fold_batch_norm, build)
    assert operation_names(graph) == ["INPUT", "CONV", "RELU", "OUTPUT"]
    assert graph.parameters == 3 * 4 * 9 + 2 * 4


def test_batch_norm_behind_a_shared_convolution_stays() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 6, 6)), 4)
    build.output(build.add(build.batch_norm(x), x))
    assert "BATCH_NORM" in operation_names(_applied(fold_batch_norm, build))


def test_batch_norm_before_a_convolution_stays() -> None:
    build = GraphBuilder()
    x = build.batch_norm(build.input((3, 6, 6)))
    build.output(build.conv(x, 4))
    assert "BATCH_NORM" in operation_names(_applied(fold_batch_norm, build))


@pytest.mark.parametrize("op", [Op.ADD, Op.MUL])
@pytest.mark.parametrize("vector_first", [False, True])
def test_a_vector_goes_into_the_convolution_before_it(op: Op, vector_first: bool) -> None:
    build = GraphBuilder()
    vector = build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)
    x = build.conv(build.input((3, 6, 6)), 4)
    build.output(build.add_node(op, (vector, x) if vector_first else (x, vector), (4, 6, 6)))
    graph = _applied(fold_affine, build)
    assert operation_names(graph) == ["INPUT", "CONV", "OUTPUT"]
    assert graph.parameters == 3 * 4 + 4


def test_gain_and_bias_of_a_norm_go_into_it() -> None:
    build = GraphBuilder()
    x = build.add_node(Op.LAYER_NORM, (build.input((4, 9, 1)),), (4, 9, 1))
    for op in (Op.MUL, Op.ADD):
        vector = build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)
        x = build.add_node(op, (x, vector), (4, 9, 1))
    build.output(x)
    batch = fold_affine(fold_affine(GraphBatch.of([build.build()])))
    assert operation_names(batch.graph(0)) == ["INPUT", "LAYER_NORM", "OUTPUT"]
    assert batch.parameters.tolist() == [8]


def test_a_position_embedding_is_no_bias() -> None:
    build = GraphBuilder()
    x = build.linear(build.input((3, 9, 1)), 4)
    positions = build.add_node(Op.PARAMETER, (), (4, 9, 1), parameters=36)
    build.output(build.add(x, positions))
    assert "ADD" in operation_names(_applied(fold_affine, build))


def _padded(op: Op, **border: object) -> GraphBuilder:
    """A border of 1, 2, 3, 4 around a 5x5 map, then a 3x3 window."""
    build = GraphBuilder()
    attributes = (*NO_ATTRIBUTES[:4], 1, 2, 3, 4, *NO_ATTRIBUTES[8:])
    x = build.add_node(Op.PAD, (build.input((4, 5, 5)),), (4, 9, 11), attributes, **border)
    window = (3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0) if op is not Op.RELU else NO_ATTRIBUTES
    build.output(build.add_node(op, (x,), (4, 9, 11), window))
    return build


@pytest.mark.parametrize(
    ("op", "border"),
    [(Op.CONV, {}), (Op.AVG_POOL, {}), (Op.MAX_POOL, {"value": float("-inf")})],
)
def test_a_border_becomes_padding(op: Op, border: dict[str, float]) -> None:
    graph = _applied(fold_padding, _padded(op, **border))
    assert operation_names(graph) == ["INPUT", op.name, "OUTPUT"]
    assert graph.padding[1].tolist() == [2, 3, 4, 5]
    assert graph.input_shape[1].tolist() == [4, 5, 5]
    assert edge_list(graph) == [(0, 1), (1, 2)]


@pytest.mark.parametrize(
    ("op", "border"),
    [
        (Op.CONV, {"mode": "reflect"}),
        (Op.CONV, {"value": 1.0}),
        (Op.MAX_POOL, {}),
        (Op.RELU, {}),
    ],
)
def test_other_borders_stay(op: Op, border: dict[str, object]) -> None:
    graph = _applied(fold_padding, _padded(op, **border))
    assert operation_names(graph) == ["INPUT", "PAD", op.name, "OUTPUT"]
    form = canonical(graph)
    assert operation_names(form) == ["INPUT", "PAD", op.name, "OUTPUT"]
    assert form.padding[1].tolist() == [1, 2, 3, 4]


def test_a_border_along_other_axes_stays() -> None:
    build = GraphBuilder()
    x = build.add_node(Op.PAD, (build.input((4, 5, 1)),), (4, 7, 1), pads=[2, 0])
    build.output(build.conv(x, 4, kernel=(3, 1), padding=(0, 0)))
    assert "PAD" in operation_names(_applied(fold_padding, build))
