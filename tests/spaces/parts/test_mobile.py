from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.parts.mobile import InvertedBottleneck, inverted_bottleneck, make_divisible


@pytest.mark.parametrize(
    ("channels", "expected"),
    [(41.6, 40), (20.8, 24), (3, 8), (12, 16), (12.5, 16), (8.8, 8), (9, 16), (1664, 1664)],
)
def test_channels_by_hand(channels: float, expected: int) -> None:
    assert make_divisible(channels) == expected


@given(st.floats(1, 10_000))
def test_channels_are_a_near_multiple_of_eight(channels: float) -> None:
    result = make_divisible(channels)
    assert result % 8 == 0
    assert 0.9 * channels <= result <= channels + 8


def _block(**settings: Any) -> InvertedBottleneck:
    """A block of 8 channels, 24 inside, unless settings say otherwise."""
    plain = {"channels": 8, "expanded": 24, "kernel": 3, "stride": 1, "activation": Op.RELU}
    return InvertedBottleneck(**{**plain, **settings})


def _built(block: InvertedBottleneck, channels: int = 8) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((channels, 6, 6))
    build.output(inverted_bottleneck(build, x, block))
    return build.build()


def _operations(graph: ComputationGraph) -> str:
    return " ".join(Op(op).name.lower() for op in graph.operations.tolist()[1:-1])


def test_everything_at_once() -> None:
    graph = _built(_block(kernel=5, activation=Op.RELU6, squeezed=16, gate=Op.HARDSIGMOID))
    assert _operations(graph) == (
        "conv batch_norm relu6 conv batch_norm relu6 "
        "global_avg_pool conv relu conv hardsigmoid mul conv batch_norm add"
    )
    expansion, depthwise, projection = 8 * 24 + 48, 25 * 24 + 48, 24 * 8 + 16
    squeeze_excite = 24 * 16 + 16 + 16 * 24 + 24
    assert graph.parameters == expansion + depthwise + squeeze_excite + projection
    assert graph.macs == 36 * (8 * 24 + 25 * 24 + 24 * 8) + 2 * 24 * 16
    *_, total = graph.edges[1].tolist()[:-1]
    assert 0 in graph.edges[0][graph.edges[1] == total]


def test_the_gate_multiplies_what_was_pooled() -> None:
    graph = _built(_block(squeezed=8))
    pool, product = (graph.operations.tolist().index(op) for op in (Op.GLOBAL_AVG_POOL, Op.MUL))
    assert graph.argument(0)[product] == graph.argument(0)[pool]
    assert graph.operations[graph.argument(1)[product]] == Op.SIGMOID


@pytest.mark.parametrize(("channels", "stride"), [(16, 1), (8, 2), (16, 2)])
def test_no_residual_where_the_shape_changes(channels: int, stride: int) -> None:
    graph = _built(_block(channels=channels, stride=stride))
    assert _operations(graph) == "conv batch_norm relu conv batch_norm relu conv batch_norm"
    assert graph.output_shape[-1].tolist() == [channels, 6 // stride, 6 // stride]


def test_no_expansion_where_there_is_nothing_to_expand() -> None:
    graph = _built(_block(expanded=8))
    assert _operations(graph) == "conv batch_norm relu conv batch_norm add"
    assert graph.groups.tolist()[1] == 8
