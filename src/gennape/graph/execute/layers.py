"""Operations that are a layer in PyTorch: a module of one tensor.

A layer is made from a node and the rank of the tensor it reads: 2 for (batch, channels),
3 for one spatial dimension, 4 for images. Weights start as PyTorch's own layers start
them; settings that a graph does not hold, such as epsilons, are PyTorch's defaults.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from gennape.graph.node import Node
from gennape.graph.operations import Op

Layer = Callable[[Node, int], nn.Module]


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


def _conv(node: Node, rank: int) -> nn.Module:
    spatial = rank - 2
    return _class("Conv", spatial)(
        node.input_shape[0],
        node.output_shape[0],
        **_window(node, spatial),
        dilation=node.dilation[:spatial],
        groups=node.groups,
        bias=node.bias,
    )


def _conv_transpose(node: Node, rank: int) -> nn.Module:
    spatial = rank - 2
    window = _window(node, spatial)
    extra = [
        output - ((size - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1)
        for size, output, stride, padding, dilation, kernel in zip(
            node.input_shape[1 : 1 + spatial],
            node.output_shape[1:],
            node.stride,
            node.padding,
            node.dilation,
            node.kernel,
            strict=False,
        )
    ]
    return _class("ConvTranspose", spatial)(
        node.input_shape[0],
        node.output_shape[0],
        **window,
        output_padding=tuple(extra),
        dilation=node.dilation[:spatial],
        groups=node.groups,
        bias=node.bias,
    )


def _max_pool(node: Node, rank: int) -> nn.Module:
    spatial = rank - 2
    return _class("MaxPool", spatial)(
        **_window(node, spatial), dilation=node.dilation[:spatial], ceil_mode=_rounds_up(node)
    )


def _avg_pool(node: Node, rank: int) -> nn.Module:
    return _class("AvgPool", rank - 2)(
        **_window(node, rank - 2),
        ceil_mode=_rounds_up(node),
        count_include_pad=node.details.get("count_include_pad", True),
    )


def _window(node: Node, spatial: int) -> dict[str, Any]:
    padding = (0, 0) if pads_unevenly(node) else node.padding[:2]
    return {
        "kernel_size": node.kernel[:spatial],
        "stride": node.stride[:spatial],
        "padding": padding[:spatial],
    }


def _rounds_up(node: Node) -> bool:
    """Whether the recorded output is larger than whole windows give."""
    top, left, bottom, right = node.padding
    padded = (node.input_shape[1] + top + bottom, node.input_shape[2] + left + right)
    whole = [
        (size - dilation * (kernel - 1) - 1) // stride + 1
        for size, kernel, stride, dilation in zip(
            padded, node.kernel, node.stride, node.dilation, strict=True
        )
    ]
    return tuple(whole) != node.output_shape[1:]


def _class(name: str, spatial: int) -> type[nn.Module]:
    """The layer for a number of spatial dimensions; batch norm of vectors is the 1d one."""
    layer: type[nn.Module] = getattr(nn, f"{name}{max(spatial, 1)}d")
    return layer


def _global_pool(name: str, node: Node, rank: int) -> nn.Module:
    return _class(name, rank - 2)(1)


def _batch_norm(node: Node, rank: int) -> nn.Module:
    return _class("BatchNorm", rank - 2)(node.output_shape[0], affine=node.parameters > 0)


def _instance_norm(node: Node, rank: int) -> nn.Module:
    return _class("InstanceNorm", rank - 2)(node.output_shape[0], affine=node.parameters > 0)


def _layer_norm(node: Node, rank: int) -> nn.Module:
    shape = node.details.get("normalized_shape", [node.output_shape[0]])
    return nn.LayerNorm(shape, elementwise_affine=node.parameters > 0, bias=node.bias)


def _group_norm(node: Node, rank: int) -> nn.Module:
    return nn.GroupNorm(node.groups, node.output_shape[0], affine=node.parameters > 0)


def _rms_norm(node: Node, rank: int) -> nn.Module:
    return nn.RMSNorm(node.output_shape[0], elementwise_affine=node.parameters > 0)


def _plain(layer: Callable[[], nn.Module]) -> Layer:
    """A layer without settings."""
    return lambda node, rank: layer()


LAYERS: Mapping[Op, Layer] = {
    Op.CONV: _conv,
    Op.CONV_TRANSPOSE: _conv_transpose,
    Op.LINEAR: lambda node, rank: nn.Linear(node.input_shape[0], node.output_shape[0], node.bias),
    Op.BATCH_NORM: _batch_norm,
    Op.LAYER_NORM: _layer_norm,
    Op.GROUP_NORM: _group_norm,
    Op.INSTANCE_NORM: _instance_norm,
    Op.RMS_NORM: _rms_norm,
    Op.RELU: _plain(nn.ReLU),
    Op.RELU6: _plain(nn.ReLU6),
    Op.LEAKY_RELU: lambda node, rank: nn.LeakyReLU(node.details.get("slope", 0.01)),
    Op.PRELU: lambda node, rank: nn.PReLU(node.parameters),
    Op.ELU: _plain(nn.ELU),
    Op.SELU: _plain(nn.SELU),
    Op.GELU: lambda node, rank: nn.GELU(node.details.get("approximate", "none")),
    Op.SILU: _plain(nn.SiLU),
    Op.MISH: _plain(nn.Mish),
    Op.SOFTPLUS: _plain(nn.Softplus),
    Op.HARDSWISH: _plain(nn.Hardswish),
    Op.HARDSIGMOID: _plain(nn.Hardsigmoid),
    Op.SIGMOID: _plain(nn.Sigmoid),
    Op.TANH: _plain(nn.Tanh),
    Op.SOFTMAX: lambda node, rank: nn.Softmax(node.details.get("axis", 1)),
    Op.LOG_SOFTMAX: lambda node, rank: nn.LogSoftmax(node.details.get("axis", 1)),
    Op.MAX_POOL: _max_pool,
    Op.AVG_POOL: _avg_pool,
    Op.GLOBAL_AVG_POOL: partial(_global_pool, "AdaptiveAvgPool"),
    Op.GLOBAL_MAX_POOL: partial(_global_pool, "AdaptiveMaxPool"),
    Op.DROPOUT: lambda node, rank: nn.Dropout(node.details.get("p", 0.5)),
    Op.IDENTITY: _plain(nn.Identity),
}
