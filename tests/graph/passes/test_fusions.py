"""Passes that recognise a formula."""

from collections.abc import Callable

import pytest

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op, canonical
from gennape.graph.passes.global_pooling import global_pooling
from helpers.operation_names import edge_list, operation_names

_SHAPE = (4, 6, 6)
Formula = Callable[[GraphBuilder, int], int]


def _canonical(formula: Formula, shape: tuple[int, int, int] = _SHAPE) -> ComputationGraph:
    build = GraphBuilder()
    build.output(formula(build, build.input(shape)))
    return canonical(build.build())


def _apply(build: GraphBuilder, op: Op, *arguments: int, **details: object) -> int:
    return build.add_node(op, arguments, build.shapes[arguments[0]], **details)


def _gated(op: Op) -> Formula:
    return lambda build, x: _apply(build, Op.MUL, _apply(build, op, x), x)


def _hard_sigmoid(build: GraphBuilder, x: int) -> int:
    shifted = _apply(build, Op.SCALE, x, shift=3)
    return _apply(build, Op.SCALE, _apply(build, Op.RELU6, shifted), scale=1 / 6)


def _hard_swish(build: GraphBuilder, x: int) -> int:
    shifted = _apply(build, Op.SCALE, x, shift=3.0)
    product = _apply(build, Op.MUL, x, _apply(build, Op.RELU6, shifted))
    return _apply(build, Op.SCALE, product, scale=1 / 6)


def _exact_gelu(build: GraphBuilder, x: int) -> int:
    erf = _apply(build, Op.ERF, _apply(build, Op.SCALE, x, scale=0.5**0.5))
    half = _apply(build, Op.SCALE, x, scale=0.5)
    return _apply(build, Op.MUL, half, _apply(build, Op.SCALE, erf, shift=1))


def _tangent_gelu(build: GraphBuilder, x: int) -> int:
    cube = _apply(build, Op.SCALE, _apply(build, Op.POWER, x, exponent=3), scale=0.044715)
    tangent = _apply(build, Op.TANH, _apply(build, Op.ADD, x, cube))
    return _apply(build, Op.MUL, x, _apply(build, Op.SCALE, tangent, shift=1))


def _factored_gelu(build: GraphBuilder, x: int) -> int:
    square = _apply(build, Op.SCALE, _apply(build, Op.MUL, x, x), scale=0.044715, shift=1)
    return _apply(build, Op.MUL, _apply(build, Op.TANH, _apply(build, Op.MUL, square, x)), x)


def _mish(build: GraphBuilder, x: int) -> int:
    return _apply(build, Op.MUL, x, _apply(build, Op.TANH, _apply(build, Op.SOFTPLUS, x)))


@pytest.mark.parametrize(
    ("formula", "activation"),
    [
        (_gated(Op.SIGMOID), "SILU"),
        (_gated(Op.HARDSIGMOID), "HARDSWISH"),
        (_hard_sigmoid, "HARDSIGMOID"),
        (_hard_swish, "HARDSWISH"),
        (_exact_gelu, "GELU"),
        (_tangent_gelu, "GELU"),
        (_factored_gelu, "GELU"),
        (_mish, "MISH"),
    ],
)
def test_activations(formula: Formula, activation: str) -> None:
    graph = _canonical(formula)
    assert operation_names(graph) == ["INPUT", activation, "OUTPUT"]
    assert edge_list(graph) == [(0, 1), (1, 2)]


def test_a_gate_computed_from_elsewhere_stays() -> None:
    def squeeze_excite(build: GraphBuilder, x: int) -> int:
        gate = build.conv(build.global_avg_pool(x), 4)
        return build.mul(x, build.activation(Op.SIGMOID, gate))

    names = operation_names(_canonical(squeeze_excite))
    assert names == ["INPUT", "GLOBAL_AVG_POOL", "CONV", "SIGMOID", "MUL", "OUTPUT"]


def _layer_norm(build: GraphBuilder, x: int) -> int:
    """As exported before ONNX had it; means over the channels of 9 tokens."""
    centred = _apply(build, Op.SUB, x, build.add_node(Op.MEAN, (x,), (1, 9, 1), axes=[1]))
    square = _apply(build, Op.POWER, centred, exponent=2)
    variance = build.add_node(Op.MEAN, (square,), (1, 9, 1), axes=[1])
    root = _apply(build, Op.POWER, _apply(build, Op.SCALE, variance, shift=1e-5), exponent=0.5)
    gain = build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)
    bias = build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)
    scaled = _apply(build, Op.MUL, _apply(build, Op.DIV, centred, root), gain)
    return _apply(build, Op.ADD, scaled, bias)


def _rms_norm(build: GraphBuilder, x: int) -> int:
    square = _apply(build, Op.MUL, x, x)
    mean = build.add_node(Op.MEAN, (square,), (1, 9, 1), axes=[1])
    root = _apply(build, Op.POWER, _apply(build, Op.POWER, mean, exponent=0.5), exponent=-1)
    gain = build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)
    return _apply(build, Op.MUL, _apply(build, Op.MUL, x, root), gain)


@pytest.mark.parametrize(
    ("formula", "norm", "parameters"),
    [(_layer_norm, "LAYER_NORM", 8), (_rms_norm, "RMS_NORM", 4)],
)
def test_norms_of_tokens(formula: Formula, norm: str, parameters: int) -> None:
    graph = _canonical(formula, (4, 9, 1))
    assert operation_names(graph) == ["INPUT", norm, "OUTPUT"]
    assert graph.parameters == parameters


def test_instance_norm_of_regrouped_channels_is_group_norm() -> None:
    def regrouped(build: GraphBuilder, x: int) -> int:
        groups = build.add_node(Op.RESHAPE, (x,), (2, 72, 1))
        normalised = _apply(build, Op.INSTANCE_NORM, groups)
        return build.add_node(Op.RESHAPE, (normalised,), _SHAPE)

    graph = _canonical(regrouped)
    assert operation_names(graph) == ["INPUT", "GROUP_NORM", "OUTPUT"]
    assert graph.groups[1] == 2
    assert graph.input_shape[1].tolist() == list(_SHAPE)


@pytest.mark.parametrize(
    ("op", "window", "name"),
    [
        (Op.MEAN, (1, 1), "GLOBAL_AVG_POOL"),
        (Op.MAX, (1, 1), "GLOBAL_MAX_POOL"),
        (Op.AVG_POOL, (6, 6), "GLOBAL_AVG_POOL"),
        (Op.MAX_POOL, (6, 6), "GLOBAL_MAX_POOL"),
    ],
)
def test_one_value_a_channel_is_global_pooling(op: Op, window: tuple[int, int], name: str) -> None:
    build = GraphBuilder()
    attributes = (*window, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0)
    details = {"axes": [2, 3]} if window == (1, 1) else {}
    build.output(build.add_node(op, (build.input(_SHAPE),), (4, 1, 1), attributes, **details))
    graph = global_pooling(GraphBatch.of([build.build()])).graph(0)
    assert operation_names(graph) == ["INPUT", name, "OUTPUT"]
    assert graph.kernel[1].tolist() == [1, 1]


def test_a_mean_over_the_channels_is_no_pooling() -> None:
    build = GraphBuilder()
    build.output(build.add_node(Op.MEAN, (build.input(_SHAPE),), (1, 6, 6), axes=[1]))
    assert operation_names(canonical(build.build())) == ["INPUT", "MEAN", "OUTPUT"]


def test_division_by_the_length_is_normalisation() -> None:
    def normalised(build: GraphBuilder, x: int) -> int:
        square = _apply(build, Op.POWER, x, exponent=2)
        total = build.add_node(Op.SUM, (square,), (1, 9, 1), axes=[1])
        length = _apply(build, Op.POWER, total, exponent=0.5)
        return _apply(build, Op.DIV, x, _apply(build, Op.CLIP, length, min=1e-12))

    assert operation_names(_canonical(normalised, (4, 9, 1))) == ["INPUT", "NORMALIZE", "OUTPUT"]


def test_parts_in_the_other_order_are_a_roll() -> None:
    def rolled(build: GraphBuilder, x: int) -> int:
        for size in ((4, 2, 6), (4, 6, 2)):
            rest = (4, 4, 6) if size[1] < 6 else (4, 6, 4)
            end = build.add_node(Op.SLICE, (x,), size, start=4)
            beginning = build.add_node(Op.SLICE, (x,), rest)
            x = build.add_node(Op.CONCAT, (end, beginning), (4, 6, 6))
        return x

    assert operation_names(_canonical(rolled)) == ["INPUT", "ROLL", "OUTPUT"]


def test_parts_in_their_order_are_no_roll() -> None:
    def whole(build: GraphBuilder, x: int) -> int:
        beginning = build.add_node(Op.SLICE, (x,), (4, 4, 6))
        end = build.add_node(Op.SLICE, (x,), (4, 2, 6), start=4)
        return build.add_node(Op.CONCAT, (beginning, end), (4, 6, 6))

    assert "ROLL" not in operation_names(_canonical(whole))
