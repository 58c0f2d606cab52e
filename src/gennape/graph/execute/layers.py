"""Operations that are a layer in PyTorch: a module of one tensor.

A layer is made from a node, its typed attributes and the dimensions of the tensor it reads:
(batch, channels), then one spatial dimension, two or three. Weights start as PyTorch's own
layers start them.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import nn

from gennape.graph.attributes import NodeAttributes, groups, mathematics
from gennape.graph.execute.dimensions import Dimensions, Sizes
from gennape.graph.execute.windows import (
    BorderedAvgPool,
    Window,
    pads_unevenly,
    rounds_up,
    window_of,
)
from gennape.graph.node import Node
from gennape.graph.operations import Op

Layer = Callable[[Node, Any, Dimensions], nn.Module]


def _class(name: str, spatial: int) -> type[nn.Module]:
    """The layer for a number of spatial dimensions; batch norm of vectors is the 1d one."""
    layer: type[nn.Module] = getattr(nn, f"{name}{max(spatial, 1)}d")
    return layer


def _conv(node: Node, a: groups.ConvAttributes, x: Dimensions) -> nn.Module:
    window = window_of(node, a.depth, x.rank - 2)
    return _class("Conv", x.rank - 2)(
        node.input_shape[0],
        node.output_shape[0],
        window.kernel,
        window.stride,
        (0,) * len(window.kernel) if pads_unevenly(node, a) else window.before,
        window.dilation,
        node.groups,
        node.bias,
    )


def _conv_transpose(node: Node, a: groups.ConvAttributes, x: Dimensions) -> nn.Module:
    window = window_of(node, a.depth, x.rank - 2)
    return _class("ConvTranspose", x.rank - 2)(
        node.input_shape[0],
        node.output_shape[0],
        window.kernel,
        window.stride,
        window.before,
        _output_padding(node, a, window, x.sizes),
        node.groups,
        node.bias,
        window.dilation,
    )


def _output_padding(
    node: Node, a: groups.ConvAttributes, window: Window, sizes: Sizes
) -> tuple[int, ...]:
    """What a transposed convolution adds at the ends to reach the recorded size."""
    if len(window.kernel) > 2:
        return a.output_padding or (0,) * len(window.kernel)
    return tuple(
        output - ((size - 1) * stride - 2 * before + dilation * (kernel - 1) + 1)
        for size, output, kernel, stride, before, _, dilation in zip(
            sizes[2:], node.output_shape[1:], *window, strict=False
        )
    )


def _max_pool(node: Node, a: groups.PoolAttributes, x: Dimensions) -> nn.Module:
    if a.adaptive:
        return _adaptive("AdaptiveMaxPool", node, x)
    window = window_of(node, a.depth, x.rank - 2)
    return _class("MaxPool", x.rank - 2)(
        window.kernel,
        window.stride,
        0 if pads_unevenly(node, a) else window.before,
        window.dilation,
        ceil_mode=rounds_up(node, window, x.sizes),
    )


def _avg_pool(node: Node, a: groups.PoolAttributes, x: Dimensions) -> nn.Module:
    if a.adaptive:
        return _adaptive("AdaptiveAvgPool", node, x)
    window = window_of(node, a.depth, x.rank - 2)
    ceil_mode = rounds_up(node, window, x.sizes)
    if pads_unevenly(node, a) and not a.count_include_pad:
        return BorderedAvgPool(window, ceil_mode)
    options = {"divisor_override": a.divisor} if a.divisor else {}
    return _class("AvgPool", x.rank - 2)(
        window.kernel,
        window.stride,
        0 if pads_unevenly(node, a) else window.before,
        ceil_mode=ceil_mode,
        count_include_pad=a.count_include_pad,
        **options,
    )


def _adaptive(name: str, node: Node, x: Dimensions) -> nn.Module:
    """Windows that divide the input into the output."""
    if x.rank > 4:
        raise KeyError("sizes of an adaptive pooling in three dimensions")
    return _class(name, x.rank - 2)(node.output_shape[1 : x.rank - 1])


def _global_pool(name: str, node: Node, _: NodeAttributes, x: Dimensions) -> nn.Module:
    return _class(name, x.rank - 2)(1)


def _is_affine(node: Node) -> bool:
    """Whether a normalisation has learned numbers, its own or those of another node."""
    return node.parameters > 0 or node.bias or "weight" in node.details


def _eps(a: groups.NormAttributes) -> dict[str, float]:
    return {} if a.eps is None else {"eps": a.eps}


def _batch_norm(node: Node, a: groups.NormAttributes, x: Dimensions) -> nn.Module:
    return _class("BatchNorm", x.rank - 2)(
        node.output_shape[0],
        affine=_is_affine(node),
        track_running_stats=not a.batch_statistics,
        **_eps(a),
    )


def _instance_norm(node: Node, a: groups.NormAttributes, x: Dimensions) -> nn.Module:
    channels = node.output_shape[0]
    return _class("InstanceNorm", x.rank - 2)(channels, affine=_is_affine(node), **_eps(a))


def _normalized_shape(node: Node, a: groups.NormAttributes) -> tuple[int, ...]:
    return a.normalized_shape or node.output_shape[:1]


def _layer_norm(node: Node, a: groups.NormAttributes, x: Dimensions) -> nn.Module:
    return nn.LayerNorm(
        list(_normalized_shape(node, a)),
        elementwise_affine=_is_affine(node),
        bias=node.bias,
        **_eps(a),
    )


def _group_norm(node: Node, a: groups.NormAttributes, x: Dimensions) -> nn.Module:
    return nn.GroupNorm(node.groups, node.output_shape[0], affine=_is_affine(node), **_eps(a))  # type: ignore[arg-type]


def _rms_norm(node: Node, a: groups.NormAttributes, x: Dimensions) -> nn.Module:
    shape = list(_normalized_shape(node, a))
    return nn.RMSNorm(shape, elementwise_affine=_is_affine(node), eps=a.eps)


def _embedding(node: Node, a: groups.EmbeddingAttributes, x: Dimensions) -> nn.Module:
    width = node.output_shape[0]
    rows = a.rows or node.parameters // width
    if not rows:
        raise KeyError("rows")
    return nn.Embedding(rows, width)


def _elu(node: Node, a: groups.EluAttributes, x: Dimensions) -> nn.Module:
    alpha = 1.0 if a.alpha is None else a.alpha
    return nn.CELU(alpha) if a.function == "celu" else nn.ELU(alpha)


def _softmax(layer: type[nn.Module], node: Node, a: groups.SoftmaxAttributes, _: Any) -> nn.Module:
    return layer(a.axis)


def _prelu(node: Node, a: NodeAttributes, x: Dimensions) -> nn.Module:
    slopes = node.parameters or (node.output_shape[0] if "weight" in node.details else 1)
    if slopes not in (1, x.sizes[1] if x.rank > 1 else 1):
        raise KeyError("slope of every channel")
    return nn.PReLU(slopes)


def _leaky_relu(node: Node, a: groups.LeakyAttributes, x: Dimensions) -> nn.Module:
    return nn.LeakyReLU(a.slope)


def _gelu(node: Node, a: groups.GeluAttributes, x: Dimensions) -> nn.Module:
    return nn.GELU(a.approximate)


def _softplus(node: Node, a: groups.SoftplusAttributes, x: Dimensions) -> nn.Module:
    return nn.Softplus(a.beta, a.threshold)


def _dropout(node: Node, a: mathematics.DropoutAttributes, x: Dimensions) -> nn.Module:
    return nn.Dropout(a.p)


def _linear(node: Node, a: groups.LinearAttributes, x: Dimensions) -> nn.Module:
    return nn.Linear(node.input_shape[0], node.output_shape[0], node.bias)


def _plain(layer: Callable[[], nn.Module]) -> Layer:
    """A layer without settings."""
    return lambda node, attributes, dimensions: layer()


LAYERS: Mapping[Op, Layer] = {
    Op.CONV: _conv,
    Op.CONV_TRANSPOSE: _conv_transpose,
    Op.LINEAR: _linear,
    Op.EMBEDDING: _embedding,
    Op.BATCH_NORM: _batch_norm,
    Op.LAYER_NORM: _layer_norm,
    Op.GROUP_NORM: _group_norm,
    Op.INSTANCE_NORM: _instance_norm,
    Op.RMS_NORM: _rms_norm,
    Op.RELU: _plain(nn.ReLU),
    Op.RELU6: _plain(nn.ReLU6),
    Op.LEAKY_RELU: _leaky_relu,
    Op.PRELU: _prelu,
    Op.ELU: _elu,
    Op.SELU: _plain(nn.SELU),
    Op.GELU: _gelu,
    Op.SILU: _plain(nn.SiLU),
    Op.MISH: _plain(nn.Mish),
    Op.SOFTPLUS: _softplus,
    Op.HARDSWISH: _plain(nn.Hardswish),
    Op.HARDSIGMOID: _plain(nn.Hardsigmoid),
    Op.SIGMOID: _plain(nn.Sigmoid),
    Op.TANH: _plain(nn.Tanh),
    Op.SOFTMAX: partial(_softmax, nn.Softmax),
    Op.LOG_SOFTMAX: partial(_softmax, nn.LogSoftmax),
    Op.MAX_POOL: _max_pool,
    Op.AVG_POOL: _avg_pool,
    Op.GLOBAL_AVG_POOL: partial(_global_pool, "AdaptiveAvgPool"),
    Op.GLOBAL_MAX_POOL: partial(_global_pool, "AdaptiveMaxPool"),
    Op.DROPOUT: _dropout,
    Op.IDENTITY: _plain(nn.Identity),
}
"""Operations by the layer that computes them."""

_FUNCTION_FORMS: Mapping[Op, tuple[str, ...]] = {
    Op.GLOBAL_AVG_POOL: ("axes",),
    Op.GLOBAL_MAX_POOL: ("axes",),
    Op.SELU: ("alpha", "gamma"),
    Op.HARDSIGMOID: ("slope", "offset"),
}
_WEIGHTED = frozenset({Op.LINEAR, Op.EMBEDDING})
_SPATIAL = frozenset({Op.CONV, Op.CONV_TRANSPOSE, Op.MAX_POOL, Op.AVG_POOL})
_GLOBAL = frozenset({Op.GLOBAL_AVG_POOL, Op.GLOBAL_MAX_POOL})


def has_layer(node: Node) -> bool:
    """Whether a layer computes a node, and not a function with the numbers it states."""
    return node.op in LAYERS and not any(
        name in node.details for name in _FUNCTION_FORMS.get(node.op, ())
    )


def layer_sizes(node: Node, a: Any, x: Dimensions) -> Sizes:
    """The dimensions of a layer's result for one sample."""
    if node.op is Op.EMBEDDING:
        return (*x.sizes, node.output_shape[0])
    if node.op is Op.LINEAR:
        return (*x.sizes[:-1], node.output_shape[0])
    if node.op in _GLOBAL:
        return (*x.sizes[:2], *(1,) * (x.rank - 2))
    if node.op not in _SPATIAL:
        return x.sizes
    leading = (x.sizes[0], node.output_shape[0])
    if x.rank < 5 and x.sizes[0] == 1:
        return (*leading, *node.output_shape[1 : x.rank - 1])
    window = window_of(node, a.depth, x.rank - 2)
    is_pool = isinstance(a, groups.PoolAttributes)
    extra = None if is_pool else a.output_padding
    up = is_pool and rounds_up(node, window, x.sizes)
    return (*leading, *window.sizes(x.sizes[2:], node, extra, up))
