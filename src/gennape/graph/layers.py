"""What each operation is in PyTorch: a layer with a state, or a function of tensors.

`LAYERS` makes an `nn.Module` of one argument from a node; `FUNCTIONS` are plain PyTorch
code that takes the node and its arguments. An operation in neither cannot be executed.
Weights start as PyTorch's own layers start them.
"""

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.graph.node import Node, Pair
from gennape.graph.operations import Op


def pads_unevenly(node: Node) -> bool:
    """Whether a window needs more padding on one side, which layers cannot express."""
    top, left, bottom, right = node.padding
    return node.op in _WINDOWS and (top, left) != (bottom, right)


def pad_window(node: Node, x: Tensor) -> Tensor:
    """The input of a window operation with its uneven border added."""
    top, left, bottom, right = node.padding
    value = float("-inf") if node.op is Op.MAX_POOL else 0.0
    return F.pad(x, (left, right, top, bottom), value=value)


_WINDOWS = frozenset({Op.CONV, Op.MAX_POOL, Op.AVG_POOL})


def _layer_padding(node: Node) -> Pair:
    return (0, 0) if pads_unevenly(node) else node.padding[:2]


def _conv(node: Node) -> nn.Module:
    return nn.Conv2d(
        node.input_shape[0],
        node.output_shape[0],
        node.kernel,
        node.stride,
        _layer_padding(node),
        node.dilation,
        node.groups,
        node.bias,
    )


def _conv_transpose(node: Node) -> nn.Module:
    top, left, bottom, right = node.padding
    extra = [
        output - ((size - 1) * stride - before - after + dilation * (kernel - 1) + 1)
        for size, output, stride, before, after, dilation, kernel in zip(
            node.input_shape[1:],
            node.output_shape[1:],
            node.stride,
            (top, left),
            (bottom, right),
            node.dilation,
            node.kernel,
            strict=True,
        )
    ]
    return nn.ConvTranspose2d(
        node.input_shape[0],
        node.output_shape[0],
        node.kernel,
        node.stride,
        (top, left),
        (extra[0], extra[1]),
        node.groups,
        node.bias,
        node.dilation,
    )


def _max_pool(node: Node) -> nn.Module:
    return nn.MaxPool2d(
        node.kernel, node.stride, _layer_padding(node), node.dilation, ceil_mode=_rounds_up(node)
    )


def _avg_pool(node: Node) -> nn.Module:
    return nn.AvgPool2d(
        node.kernel,
        node.stride,
        _layer_padding(node),
        ceil_mode=_rounds_up(node),
        count_include_pad=node.details.get("count_include_pad", True),
    )


def _rounds_up(node: Node) -> bool:
    """Whether the recorded output is larger than whole windows give."""
    top, left, bottom, right = node.padding
    padded = (node.input_shape[1] + top + bottom, node.input_shape[2] + left + right)
    floors = [
        (size - dilation * (kernel - 1) - 1) // stride + 1
        for size, kernel, stride, dilation in zip(
            padded, node.kernel, node.stride, node.dilation, strict=True
        )
    ]
    return tuple(floors) != node.output_shape[1:]


LAYERS: Mapping[Op, Callable[[Node], nn.Module]] = {
    Op.CONV: _conv,
    Op.CONV_TRANSPOSE: _conv_transpose,
    Op.LINEAR: lambda node: nn.Linear(node.input_shape[0], node.output_shape[0], node.bias),
    Op.BATCH_NORM: lambda node: nn.BatchNorm2d(node.output_shape[0], affine=node.parameters > 0),
    Op.LAYER_NORM: lambda node: nn.LayerNorm(node.output_shape[0], bias=node.bias),
    Op.GROUP_NORM: lambda node: nn.GroupNorm(node.groups, node.output_shape[0]),
    Op.INSTANCE_NORM: lambda node: nn.InstanceNorm2d(
        node.output_shape[0], affine=node.parameters > 0
    ),
    Op.RELU: lambda node: nn.ReLU(),
    Op.RELU6: lambda node: nn.ReLU6(),
    Op.LEAKY_RELU: lambda node: nn.LeakyReLU(node.details.get("slope", 0.01)),
    Op.PRELU: lambda node: nn.PReLU(node.parameters),
    Op.ELU: lambda node: nn.ELU(),
    Op.SELU: lambda node: nn.SELU(),
    Op.GELU: lambda node: nn.GELU(),
    Op.SILU: lambda node: nn.SiLU(),
    Op.MISH: lambda node: nn.Mish(),
    Op.SOFTPLUS: lambda node: nn.Softplus(),
    Op.HARDSWISH: lambda node: nn.Hardswish(),
    Op.HARDSIGMOID: lambda node: nn.Hardsigmoid(),
    Op.SIGMOID: lambda node: nn.Sigmoid(),
    Op.TANH: lambda node: nn.Tanh(),
    Op.SOFTMAX: lambda node: nn.Softmax(node.details.get("axis", 1)),
    Op.LOG_SOFTMAX: lambda node: nn.LogSoftmax(node.details.get("axis", 1)),
    Op.MAX_POOL: _max_pool,
    Op.AVG_POOL: _avg_pool,
    Op.GLOBAL_AVG_POOL: lambda node: nn.AdaptiveAvgPool2d(1),
    Op.GLOBAL_MAX_POOL: lambda node: nn.AdaptiveMaxPool2d(1),
    Op.DROPOUT: lambda node: nn.Dropout(node.details.get("p", 0.5)),
    Op.IDENTITY: lambda node: nn.Identity(),
}
"""Operations of one tensor that have a layer."""


def _reshape(node: Node, x: Tensor) -> Tensor:
    shape = node.details.get("shape")
    return x.flatten(1) if shape is None else x.reshape(-1, *shape)


def _slice(node: Node, x: Tensor) -> Tensor:
    start = node.details.get("start", 0)
    return x[:, start : start + node.output_shape[0]]


def _pad(node: Node, x: Tensor) -> Tensor:
    top, left, bottom, right = node.padding
    return F.pad(x, (left, right, top, bottom))


def _resize(node: Node, x: Tensor) -> Tensor:
    return F.interpolate(x, size=node.output_shape[1:], mode=node.details.get("mode", "nearest"))


def _scale(node: Node, x: Tensor) -> Tensor:
    factor, offset = node.details.get("a", 1), node.details.get("b", 0)
    scaled = x if factor == 1 else x * factor
    return scaled if offset == 0 else scaled + offset


def _chain(function: Callable[[Any, Any], Any]) -> Callable[..., Tensor]:
    """A function of two tensors applied to any number of them, from left to right."""
    return lambda node, *arguments: reduce(function, arguments)


FUNCTIONS: Mapping[Op, Callable[..., Tensor]] = {
    Op.ADD: _chain(operator.add),
    Op.SUB: _chain(operator.sub),
    Op.MUL: _chain(operator.mul),
    Op.DIV: _chain(operator.truediv),
    Op.MAXIMUM: _chain(torch.maximum),
    Op.MINIMUM: _chain(torch.minimum),
    Op.MATMUL: _chain(torch.matmul),
    Op.CONCAT: lambda node, *arguments: torch.cat(arguments, node.details.get("axis", 1)),
    Op.SLICE: _slice,
    Op.PAD: _pad,
    Op.RESIZE: _resize,
    Op.RESHAPE: _reshape,
    Op.TRANSPOSE: lambda node, x: x.permute(node.details["dims"]),
    Op.SCALE: _scale,
    Op.ZERO: lambda node, x: torch.zeros_like(x),
    Op.EXP: lambda node, x: torch.exp(x),
    Op.LOG: lambda node, x: torch.log(x),
    Op.ABS: lambda node, x: torch.abs(x),
    Op.SINE: lambda node, x: torch.sin(x),
    Op.COSINE: lambda node, x: torch.cos(x),
    Op.ERF: lambda node, x: torch.erf(x),
}
"""Operations that are a function: the node, then its arguments."""
