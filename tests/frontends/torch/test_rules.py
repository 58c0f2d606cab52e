"""Each rule against the node that its function is, worked out by hand.

Images are 6 channels of 8x8 unless a case says otherwise.
"""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gennape.graph import Op
from helpers.written_nodes import graph_of_function, written_nodes

Function = Callable[[Any], Any]
Expected = list[tuple[Op, tuple[int, int, int], dict[str, Any]]]
SAME = (6, 8, 8)
POOLED = (6, 1, 1)
ROOT = {"exponent": 0.5}
SQUARE = {"exponent": 2}

CASES: dict[str, tuple[Function, Expected]] = {
    "relu in place": (lambda x: F.relu(x, inplace=True), [(Op.RELU, SAME, {})]),
    "method": (lambda x: x.sigmoid(), [(Op.SIGMOID, SAME, {})]),
    "leaky relu": (lambda x: F.leaky_relu(x, 0.2), [(Op.LEAKY_RELU, SAME, {"slope": 0.2})]),
    "gelu": (
        lambda x: F.gelu(x, approximate="tanh"),
        [(Op.GELU, SAME, {"approximate": "tanh"})],
    ),
    "clamp to relu6": (lambda x: x.clamp(0, 6), [(Op.RELU6, SAME, {})]),
    "clamp to relu": (lambda x: x.clamp(min=0), [(Op.RELU, SAME, {})]),
    "clip": (lambda x: torch.clip(x, -1, 2.5), [(Op.CLIP, SAME, {"min": -1, "max": 2.5})]),
    "hardtanh": (F.hardtanh, [(Op.CLIP, SAME, {"min": -1.0, "max": 1.0})]),
    "softmax": (lambda x: x.softmax(1), [(Op.SOFTMAX, SAME, {})]),
    "softmax, last": (lambda x: F.softmax(x, dim=-1), [(Op.SOFTMAX, SAME, {"axis": 3})]),
    "times and plus": (
        lambda x: 2 * x + 3,
        [(Op.SCALE, SAME, {"scale": 2}), (Op.SCALE, SAME, {"shift": 3})],
    ),
    "from a number": (lambda x: 1 - x, [(Op.SCALE, SAME, {"scale": -1, "shift": 1})]),
    "over a number": (lambda x: x / 4, [(Op.SCALE, SAME, {"scale": 0.25})]),
    "number over": (
        lambda x: 3 / x,
        [(Op.POWER, SAME, {"exponent": -1}), (Op.SCALE, SAME, {"scale": 3})],
    ),
    "minus": (lambda x: -x, [(Op.SCALE, SAME, {"scale": -1})]),
    "times nought": (lambda x: x * 0, [(Op.ZERO, SAME, {})]),
    "times one": (lambda x: x * 1 + 0, []),
    "with alpha": (
        lambda x: torch.sub(x, x, alpha=2),
        [(Op.SCALE, SAME, {"scale": 2}), (Op.SUB, SAME, {})],
    ),
    "power": (lambda x: x**3, [(Op.POWER, SAME, {"exponent": 3})]),
    "root": (lambda x: x.sqrt(), [(Op.POWER, SAME, ROOT)]),
    "keyword input": (lambda x: torch.mul(input=x, other=x), [(Op.MUL, SAME, {})]),
    "lerp": (
        lambda x: torch.lerp(x, x.tanh(), 0.5),
        [
            (Op.TANH, SAME, {}),
            (Op.SUB, SAME, {}),
            (Op.SCALE, SAME, {"scale": 0.5}),
            (Op.ADD, SAME, {}),
        ],
    ),
    "maximum of two": (
        lambda x: torch.max(x, x.relu()),
        [(Op.RELU, SAME, {}), (Op.MAXIMUM, SAME, {})],
    ),
    "maximum along channels": (
        lambda x: x.max(dim=1, keepdim=True).values,
        [(Op.MAX, (1, 8, 8), {"axes": [1], "keepdim": True})],
    ),
    "minimum along channels": (
        lambda x: x.amin(1, keepdim=True),
        [
            (Op.SCALE, SAME, {"scale": -1}),
            (Op.MAX, (1, 8, 8), {"axes": [1], "keepdim": True}),
            (Op.SCALE, (1, 8, 8), {"scale": -1}),
        ],
    ),
    "mean over the map": (
        lambda x: x.mean((2, 3), keepdim=True),
        [(Op.GLOBAL_AVG_POOL, POOLED, {})],
    ),
    "mean over the map, dropped": (
        lambda x: x.mean([2, 3]),
        [(Op.GLOBAL_AVG_POOL, POOLED, {}), (Op.RESHAPE, POOLED, {})],
    ),
    "maximum over the map": (
        lambda x: x.amax((2, 3), keepdim=True),
        [(Op.GLOBAL_MAX_POOL, POOLED, {})],
    ),
    "mean over rows": (lambda x: x.mean(3), [(Op.MEAN, (6, 8, 1), {"axes": [3]})]),
    "length of vectors": (
        lambda x: x.norm(dim=1, keepdim=True),
        [
            (Op.POWER, SAME, SQUARE),
            (Op.SUM, (1, 8, 8), {"axes": [1], "keepdim": True}),
            (Op.POWER, (1, 8, 8), ROOT),
        ],
    ),
    "flatten": (lambda x: x.flatten(1), [(Op.RESHAPE, (384, 1, 1), {})]),
    "view to tokens": (lambda x: x.view(1, 6, -1), [(Op.RESHAPE, (6, 64, 1), {"shape": [6, 64]})]),
    "view that changes nothing": (lambda x: x.view(1, 6, 8, 8), []),
    "tokens": (
        lambda x: x.flatten(2).transpose(1, 2),
        [
            (Op.RESHAPE, (6, 64, 1), {"shape": [6, 64]}),
            (Op.TRANSPOSE, (6, 64, 1), {"dims": [0, 2, 1]}),
        ],
    ),
    "channels last": (lambda x: x.movedim(1, -1), [(Op.TRANSPOSE, SAME, {"dims": [0, 2, 3, 1]})]),
    "expand": (
        lambda x: x.mean(1, keepdim=True).expand(-1, 4, -1, -1),
        [
            (Op.MEAN, (1, 8, 8), {"axes": [1], "keepdim": True}),
            (Op.EXPAND, (4, 8, 8), {"shape": [4, 8, 8]}),
        ],
    ),
    "concat": (lambda x: torch.cat((x, x), dim=1), [(Op.CONCAT, (12, 8, 8), {})]),
    "stack": (
        lambda x: torch.stack([x, x], 2),
        [
            (Op.RESHAPE, (6, 8, 8), {"shape": [6, 1, 8, 8], "inserted": [2]}),
            (Op.RESHAPE, (6, 8, 8), {"shape": [6, 1, 8, 8], "inserted": [2]}),
            (Op.CONCAT, (6, 2, 64), {"axis": 2}),
        ],
    ),
    "used half": (lambda x: x.chunk(2, 1)[1], [(Op.SLICE, (3, 8, 8), {"start": 3})]),
    "index": (
        lambda x: x[:, 1:3, ::2],
        [
            (Op.SLICE, (2, 8, 8), {"start": 1}),
            (Op.SLICE, (2, 4, 8), {"axis": 2, "stop": 8, "step": 2}),
        ],
    ),
    "one row": (
        lambda x: x[:, :, 3],
        [
            (Op.SLICE, (6, 1, 8), {"axis": 2, "start": 3, "stop": 4}),
            (Op.RESHAPE, (6, 8, 1), {"shape": [6, 8]}),
        ],
    ),
    "gather": (
        lambda x: x[:, torch.tensor([0, 0, 5])],
        [(Op.GATHER, (3, 8, 8), {"function": "index", "axis": 1, "places": [0, 0, 5]})],
    ),
    "overwritten part": (
        lambda x: _overwritten(x.relu()),
        [
            (Op.RELU, SAME, {}),
            (Op.SLICE, (2, 8, 8), {}),
            (Op.TANH, (2, 8, 8), {}),
            (Op.WHERE, SAME, {"not_executable": "elements are overwritten in place"}),
        ],
    ),
    "pixel shuffle": (
        lambda x: F.pixel_unshuffle(x, 2),
        [
            (Op.RESHAPE, (6, 4, 16), {"shape": [6, 4, 2, 4, 2]}),
            (Op.TRANSPOSE, (6, 2, 32), {"dims": [0, 1, 3, 5, 2, 4]}),
            (Op.RESHAPE, (24, 4, 4), {"shape": [24, 4, 4]}),
        ],
    ),
    "resize": (
        lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True),
        [(Op.RESIZE, (6, 16, 16), {"mode": "bilinear", "align_corners": True})],
    ),
    "reflected border": (
        lambda x: F.pad(x, (1, 2, 0, 0), mode="reflect"),
        [(Op.PAD, (6, 8, 11), {"mode": "reflect"})],
    ),
    "roll": (
        lambda x: x.roll((1, 2), (2, 3)),
        [(Op.ROLL, SAME, {"shifts": [1, 2], "axes": [2, 3]})],
    ),
    "no operation": (lambda x: F.dropout(x.contiguous().clone().to(x.dtype), training=False), []),
    "new tensor of the same shape": (
        lambda x: x * torch.ones_like(x),
        [(Op.CONSTANT, SAME, {}), (Op.MUL, SAME, {})],
    ),
    "outside the vocabulary": (torch.erfinv, [(Op.OTHER, SAME, {"function": "erfinv"})]),
    "whole window": (lambda x: F.avg_pool2d(x, 8), [(Op.GLOBAL_AVG_POOL, POOLED, {})]),
    "adaptive, even": (lambda x: F.adaptive_avg_pool2d(x, 4), [(Op.AVG_POOL, (6, 4, 4), {})]),
    "adaptive, uneven": (
        lambda x: F.adaptive_max_pool2d(x, 3),
        [(Op.MAX_POOL, (6, 3, 3), {"adaptive": True})],
    ),
    "adaptive, same": (nn.AdaptiveAvgPool2d(8), []),
    "padding not counted": (
        lambda x: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
        [(Op.AVG_POOL, SAME, {"count_include_pad": False})],
    ),
    "no padding to count": (
        lambda x: F.avg_pool2d(x, 2, count_include_pad=False),
        [(Op.AVG_POOL, (6, 4, 4), {})],
    ),
}


def _overwritten(x: torch.Tensor) -> torch.Tensor:
    x[:, :2].tanh_()
    return x


@pytest.mark.parametrize("case", CASES)
def test_function(case: str) -> None:
    function, expected = CASES[case]
    found = [(node.op, node.output_shape, dict(node.details)) for node in written_nodes(function)]
    assert found == expected


def test_convolution_with_padding_as_a_word() -> None:
    layer = nn.Conv2d(6, 4, (4, 3), padding="same", dilation=(1, 2), groups=2, bias=False)
    [node] = written_nodes(layer)
    assert node.op is Op.CONV
    assert (node.kernel, node.stride, node.dilation) == ((4, 3), (1, 1), (1, 2))
    assert node.padding == (1, 2, 2, 2)  # top, left, bottom, right
    assert (node.groups, node.bias, node.parameters) == (2, False, 4 * 3 * 12)
    assert node.output_shape == (4, 8, 8)


def test_convolution_in_one_dimension_is_a_column() -> None:
    [node] = written_nodes(nn.Conv1d(5, 7, 3, stride=2, padding=1), shape=(5, 10))
    assert (node.kernel, node.stride, node.padding) == ((3, 1), (2, 1), (1, 0, 1, 0))
    assert (node.input_shape, node.output_shape) == ((5, 10, 1), (7, 5, 1))


def test_convolution_in_three_dimensions_keeps_its_cost() -> None:
    graph = graph_of_function(nn.Conv3d(2, 4, (3, 2, 1)), shape=(2, 5, 6, 7))
    assert graph.macs == (4 * 3 * 5 * 7) * 2 * 3 * 2


def test_transposed_convolution() -> None:
    layer = nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1)
    graph = graph_of_function(layer)
    [node] = written_nodes(layer)
    assert (node.op, node.output_shape) == (Op.CONV_TRANSPOSE, (4, 16, 16))
    assert graph.macs == 6 * 8 * 8 * 4 * 9


def test_linear_reads_the_last_dimension() -> None:
    nodes = written_nodes(lambda x: F.linear(x, torch.ones(3, 8)))
    assert nodes[-1].op is Op.LINEAR
    assert (nodes[-1].input_shape, nodes[-1].output_shape) == ((8, 6, 8), (3, 6, 8))


def test_normalisations_read_their_own_channels() -> None:
    network = nn.Sequential(nn.LayerNorm(8), nn.GroupNorm(3, 6), nn.BatchNorm2d(6, affine=False))
    layer, group, batch = written_nodes(network)
    assert (layer.op, layer.output_shape, layer.parameters) == (Op.LAYER_NORM, (8, 6, 8), 16)
    assert (group.op, group.groups, group.output_shape) == (Op.GROUP_NORM, 3, (6, 8, 8))
    assert (batch.op, batch.bias, batch.parameters) == (Op.BATCH_NORM, False, 0)


def test_matrix_product_costs_what_it_contracts() -> None:
    *_, node = written_nodes(lambda x: x.flatten(2) @ x.flatten(2).mT)
    assert (node.op, node.kernel, node.output_shape) == (Op.MATMUL, (64, 1), (6, 6, 1))


def test_einsum_is_a_matrix_product() -> None:
    [node] = written_nodes(lambda x: torch.einsum("bchw,bdhw->bcd", x, x))
    assert (node.op, node.kernel) == (Op.MATMUL, (64, 1))


def test_learned_matrix_is_a_linear_layer() -> None:
    class Projection(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.matrix = nn.Parameter(torch.zeros(8, 5))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x @ self.matrix

    [node] = written_nodes(Projection())
    assert (node.op, node.parameters, node.output_shape) == (Op.LINEAR, 40, (5, 6, 8))


def test_attention_is_seen_through() -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result, _ = self.attention(x, x, x, need_weights=False)
            return result

    nodes = written_nodes(Attention(), shape=(5, 8))
    layout = (Op.RESHAPE, Op.TRANSPOSE, Op.SLICE)
    assert [node.op for node in nodes if node.op not in layout] == [
        Op.LINEAR,
        Op.MATMUL,
        Op.SCALE,
        Op.SOFTMAX,
        Op.MATMUL,
        Op.LINEAR,
    ]
    scores, weighted = (node for node in nodes if node.op is Op.MATMUL)
    assert (scores.kernel, weighted.kernel) == ((4, 1), (5, 1))  # head width, keys


@pytest.mark.parametrize("directions", [1, 2])
def test_recurrent_layers_have_their_costs(directions: int) -> None:
    layer = nn.LSTM(8, 3, num_layers=2, batch_first=True, bidirectional=directions == 2)
    graph = graph_of_function(layer, shape=(5, 8))
    assert graph.parameters == sum(p.numel() for p in layer.parameters())
    gates, steps = 4 * 3, 5
    first, second = gates * (8 + 3), gates * (3 * directions + 3)
    assert graph.macs == steps * directions * (first + second)
    assert graph.unknown_operations == {"lstm": 2 * directions}
