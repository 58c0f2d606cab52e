"""Passes about sums, zeros, duplicates and details."""

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op, canonical
from gennape.graph.passes.clear_attributes import clear_attributes
from gennape.graph.passes.flatten_joins import flatten_joins
from gennape.graph.passes.merge_duplicates import merge_duplicates
from gennape.graph.passes.propagate_zero import propagate_zero
from helpers.operation_names import edge_list, operation_names

_SHAPE = (4, 6, 6)


def _applied(rule, build: GraphBuilder) -> ComputationGraph:
    return rule(GraphBatch.of([build.build()])).graph(0)


def _branches(build: GraphBuilder) -> list[int]:
    x = build.input(_SHAPE)
    return [build.activation(op, x) for op in (Op.RELU, Op.TANH, Op.SIGMOID, Op.ELU)]


def test_nested_sums_become_one() -> None:
    build = GraphBuilder()
    a, b, c, d = _branches(build)
    build.output(build.add(build.add(build.add(a, b), c), d))
    graph = _applied(flatten_joins, build)
    assert operation_names(graph)[-2:] == ["ADD", "OUTPUT"]
    assert sorted(edge_list(graph)[4:-1]) == [(1, 5), (2, 5), (3, 5), (4, 5)]


def test_a_tensor_added_twice_stays_twice() -> None:
    build = GraphBuilder()
    a, b, *_ = _branches(build)
    build.output(build.add(build.add(a, a), b))
    graph = canonical(build.build())
    assert operation_names(graph) == ["INPUT", "RELU", "TANH", "ADD", "OUTPUT"]
    assert sorted(edge_list(graph)) == [(0, 1), (0, 2), (1, 3), (1, 3), (2, 3), (3, 4)]


def test_a_sum_that_is_used_elsewhere_stays() -> None:
    build = GraphBuilder()
    a, b, c, _ = _branches(build)
    inner = build.add(a, b)
    build.output(build.mul(build.add(inner, c), inner))
    assert operation_names(_applied(flatten_joins, build)).count("ADD") == 2


def test_a_sum_that_is_broadcast_stays() -> None:
    build = GraphBuilder()
    x = build.input(_SHAPE)
    small = build.global_avg_pool(x)
    inner = build.add(small, build.relu(small))
    build.output(build.add_node(Op.ADD, (x, inner), _SHAPE))
    assert operation_names(_applied(flatten_joins, build)).count("ADD") == 2


def test_zeros_leave_sums() -> None:
    build = GraphBuilder()
    a, b, c, _ = _branches(build)
    build.output(build.add(a, build.zero(b), c))
    graph = canonical(build.build())
    assert operation_names(graph) == ["INPUT", "RELU", "SIGMOID", "ADD", "OUTPUT"]


def test_what_is_computed_from_zeros_alone_is_zero() -> None:
    build = GraphBuilder()
    a, b, c, _ = _branches(build)
    zeros = build.max_pool(build.relu(build.zero(a)), kernel=3, stride=1, padding=1)
    product = build.mul(zeros, b)
    build.output(build.add(build.add(zeros, product), c))
    assert operation_names(canonical(build.build())) == ["INPUT", "SIGMOID", "OUTPUT"]


def test_a_network_of_zeros_reads_its_input() -> None:
    build = GraphBuilder()
    a, b, *_ = _branches(build)
    build.output(build.add(build.zero(a), build.zero(b)))
    graph = _applied(propagate_zero, build)
    assert operation_names(graph) == ["INPUT", "ZERO", "OUTPUT"]
    assert edge_list(graph) == [(0, 1), (1, 2)]


def test_a_convolution_of_zeros_is_a_constant_and_leaves_a_sum() -> None:
    build = GraphBuilder()
    a, b, *_ = _branches(build)
    build.output(build.add(build.conv(build.zero(a), 4), b))
    names = operation_names(canonical(build.build()))
    assert "CONV" not in names and "ADD" not in names


def test_equal_branches_without_weights_become_one() -> None:
    build = GraphBuilder()
    x = build.input(_SHAPE)
    build.output(build.add(build.conv(build.relu(x), 4), build.conv(build.relu(x), 4)))
    graph = _applied(merge_duplicates, build)
    assert operation_names(graph) == ["INPUT", "RELU", "CONV", "CONV", "ADD", "OUTPUT"]


def test_different_slices_stay_apart() -> None:
    build = GraphBuilder()
    x = build.input(_SHAPE)
    parts = [build.slice_channels(x, start, 2) for start in (0, 2, 2)]
    build.output(build.concat(*parts))
    graph = _applied(merge_duplicates, build)
    assert operation_names(graph) == ["INPUT", "SLICE", "SLICE", "CONCAT", "OUTPUT"]
    assert edge_list(graph)[2:5] == [(1, 3), (2, 3), (2, 3)]


def test_a_slice_of_a_slice_of_a_slice_is_one() -> None:
    build = GraphBuilder()
    x = build.slice_channels(build.input(_SHAPE), 1, 3)
    x = build.add_node(Op.SLICE, (x,), (3, 4, 6), axis=2, start=2)
    build.output(build.slice_channels(x, 1, 2))
    graph = canonical(build.build())
    assert operation_names(graph) == ["INPUT", "SLICE", "OUTPUT"]
    assert dict(graph.details) == {1: {"axis": [1, 2], "start": [2, 2]}}
    assert graph.input_shape[1].tolist() == list(_SHAPE)


def test_details_that_tell_networks_apart_stay() -> None:
    build = GraphBuilder()
    x = build.slice_channels(build.input(_SHAPE), 1, 2)
    x = build.add_node(Op.LEAKY_RELU, (x,), (2, 6, 6), slope=0.2)
    x = build.add_node(Op.POWER, (x,), (2, 6, 6), exponent=2)
    build.output(build.add_node(Op.OTHER, (x,), (2, 6, 6), function="flip", time=1))
    graph = _applied(clear_attributes, build)
    assert dict(graph.details) == {
        1: {"start": 1},
        3: {"exponent": 2},
        4: {"function": "flip"},
    }


def test_biases_are_cleared_and_windows_stay() -> None:
    build = GraphBuilder()
    x = build.conv(build.input(_SHAPE), 4, kernel=3, groups=2, bias=True)
    build.output(build.batch_norm(x))
    graph = _applied(clear_attributes, build)
    assert not graph.bias.any()
    assert graph.kernel[1].tolist() == [3, 3]
    assert graph.groups[1] == 2


def test_nested_concatenations_keep_their_order() -> None:
    build = GraphBuilder()
    a, b, c, d = _branches(build)
    build.output(build.concat(a, build.concat(b, c), d))
    graph = _applied(flatten_joins, build)
    assert edge_list(graph)[4:-1] == [(1, 5), (2, 5), (3, 5), (4, 5)]
    build = GraphBuilder()
    a, b, c, d = _branches(build)
    build.output(build.concat(build.concat(build.concat(c, a), d), b))
    graph = _applied(flatten_joins, build)
    assert edge_list(graph)[4:-1] == [(3, 5), (1, 5), (4, 5), (2, 5)]
    assert graph.input_shape[5].tolist() == list(_SHAPE)


def test_concatenations_along_different_axes_stay() -> None:
    build = GraphBuilder()
    a, b, c, _ = _branches(build)
    beside = build.add_node(Op.CONCAT, (a, b), (4, 6, 12))
    wide = build.add_node(Op.RESIZE, (c,), (4, 6, 12))
    build.output(build.concat(beside, wide))
    assert operation_names(_applied(flatten_joins, build)).count("CONCAT") == 2
