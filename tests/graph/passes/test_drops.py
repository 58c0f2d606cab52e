"""Passes that remove nodes which compute nothing of note."""

import pytest

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op
from gennape.graph.operations import LAYOUT
from gennape.graph.passes.drop_layout import drop_layout
from gennape.graph.passes.drop_scalar_arithmetic import drop_scalar_arithmetic
from gennape.graph.passes.drop_trivial import drop_trivial
from gennape.graph.passes.linear_as_conv import linear_as_conv
from helpers.operation_names import edge_list, operation_names


def _applied(rule, build: GraphBuilder) -> ComputationGraph:
    return rule(GraphBatch.of([build.build()])).graph(0)


@pytest.mark.parametrize("op", sorted(LAYOUT))
def test_layout_goes_and_shapes_around_it_stay(op: Op) -> None:
    build = GraphBuilder()
    x = build.global_avg_pool(build.input((4, 6, 6)))
    stated = {Op.TRANSPOSE: {"dims": [0, 2, 1, 3]}, Op.EXPAND: {"shape": [2, 2, 1]}}
    x = build.add_node(op, (x,), (2, 2, 1), **stated.get(op, {}))
    build.output(build.linear(x, 5))
    graph = _applied(drop_layout, build)
    assert operation_names(graph) == ["INPUT", "GLOBAL_AVG_POOL", "LINEAR", "OUTPUT"]
    assert graph.output_shape[1].tolist() == [4, 1, 1]
    assert graph.input_shape[2].tolist() == [2, 2, 1]


def test_joins_of_one_tensor_go() -> None:
    build = GraphBuilder()
    x = build.input((4, 6, 6))
    for op in (Op.ADD, Op.MUL, Op.CONCAT):
        x = build.add_node(op, (x,), (4, 6, 6))
    build.output(x)
    assert operation_names(_applied(drop_trivial, build)) == ["INPUT", "OUTPUT"]


def test_parts_of_everything_go_and_others_stay() -> None:
    build = GraphBuilder()
    x = build.slice_channels(build.input((4, 6, 6)), 0, 4)
    x = build.max_pool(x, kernel=1, stride=1)
    x = build.max_pool(x, kernel=3, stride=1, padding=1)
    build.output(build.slice_channels(x, 0, 2))
    names = operation_names(_applied(drop_trivial, build))
    assert names == ["INPUT", "MAX_POOL", "SLICE", "OUTPUT"]


def test_arithmetic_with_numbers_goes() -> None:
    build = GraphBuilder()
    x = build.input((4, 6, 6))
    mean = build.add_node(Op.CONSTANT, (), (4, 1, 1))
    gain = build.add_node(Op.PARAMETER, (), (1, 1, 1), parameters=1)
    x = build.add_node(Op.SCALE, (x,), (4, 6, 6), scale=2.0, shift=1.0)
    x = build.add_node(Op.SUB, (x, mean), (4, 6, 6))
    x = build.add_node(Op.MUL, (gain, x), (4, 6, 6))
    build.output(build.relu(x))
    graph = drop_trivial(drop_scalar_arithmetic(GraphBatch.of([build.build()]))).graph(0)
    assert operation_names(graph) == ["INPUT", "RELU", "OUTPUT"]


def test_a_constant_divided_by_a_tensor_stays() -> None:
    build = GraphBuilder()
    x = build.input((4, 6, 6))
    constant = build.add_node(Op.CONSTANT, (), (4, 1, 1))
    build.output(build.add_node(Op.DIV, (constant, x), (4, 6, 6)))
    assert "DIV" in operation_names(_applied(drop_scalar_arithmetic, build))


def test_a_learned_tensor_stays() -> None:
    build = GraphBuilder()
    x = build.input((4, 6, 6))
    position = build.add_node(Op.PARAMETER, (), (4, 6, 6), parameters=144)
    build.output(build.add(x, position))
    graph = _applied(drop_scalar_arithmetic, build)
    assert edge_list(graph) == [(0, 2), (1, 2), (2, 3)]


def test_a_linear_layer_is_a_pointwise_convolution() -> None:
    linear, conv = GraphBuilder(), GraphBuilder()
    linear.output(linear.linear(linear.input((8, 5, 1)), 3))
    conv.output(conv.conv(conv.input((8, 5, 1)), 3, bias=True))
    changed, written = _applied(linear_as_conv, linear), conv.build()
    assert (changed.operations == written.operations).all()
    assert (changed.attributes == written.attributes).all()
    assert changed.macs == written.macs == 8 * 3 * 5
