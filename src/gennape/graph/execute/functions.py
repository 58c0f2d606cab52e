"""Operations that are a function in PyTorch: plain code on the node and its arguments."""

import operator
from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gennape.graph.node import Node
from gennape.graph.operations import Op

Function = Callable[..., Tensor]


def _chain(function: Callable[[Any, Any], Any], node: Node, *arguments: Tensor) -> Tensor:
    """A function of two tensors applied to any number of them, from left to right."""
    return reduce(function, arguments)


def _elementwise(function: Callable[[Tensor], Tensor], node: Node, x: Tensor) -> Tensor:
    return function(x)


def _reduce(function: Any, node: Node, x: Tensor) -> Tensor:
    result: Tensor = function(x, node.details["axes"], node.details.get("keepdim", False))
    return result


def _global_pool(function: Any, node: Node, x: Tensor) -> Tensor:
    """Pooling where the channels are not in dimension 1."""
    result: Tensor = function(x, node.details["axes"], keepdim=True)
    return result


def _matmul(node: Node, *factors: Tensor) -> Tensor:
    if "equation" in node.details:
        product: Tensor = torch.einsum(node.details["equation"], *factors)
        return product
    left, right = factors
    return left @ (right.transpose(-2, -1) if node.details.get("transposed") else right)


def _slice(node: Node, x: Tensor) -> Tensor:
    details = node.details
    axis, start, step = details.get("axis", 1), details.get("start", 0), details.get("step", 1)
    of_channels = start + node.output_shape[0] * step
    stop = details.get("stop", of_channels) if axis == 1 else details["stop"]
    return x[(slice(None),) * axis + (slice(start, stop, step),)]


def _pad(node: Node, x: Tensor) -> Tensor:
    top, left, bottom, right = node.padding
    sides = node.details.get("pads", (left, right, top, bottom))
    return F.pad(x, sides, node.details.get("mode", "constant"), node.details.get("value"))


def _resize(node: Node, x: Tensor) -> Tensor:
    return F.interpolate(
        x,
        size=node.output_shape[1:],
        mode=node.details.get("mode", "nearest"),
        align_corners=node.details.get("align_corners"),
    )


def _reshape(node: Node, x: Tensor) -> Tensor:
    """Other dimensions; a node that does not state them flattens."""
    flattens = "shape" not in node.details and node.output_shape[1:] == (1, 1)
    return x.flatten(1) if flattens else x.reshape(-1, *node.details["shape"])


def _transpose(node: Node, x: Tensor) -> Tensor:
    """A permutation, or channels to places and back by a factor."""
    if "factor" not in node.details:
        return x.permute(node.details["dims"])
    factor, before, after = node.details["factor"], node.input_shape[1], node.output_shape[1]
    if before == after:
        return torch.channel_shuffle(x, factor)
    return F.pixel_shuffle(x, factor) if after > before else F.pixel_unshuffle(x, factor)


def _scale(node: Node, x: Tensor) -> Tensor:
    factor, shift = node.details.get("scale", 1), node.details.get("shift", 0)
    scaled = x if factor == 1 else x * factor
    return scaled if shift == 0 else scaled + shift


def _power(node: Node, x: Tensor, *exponent: Tensor) -> Tensor:
    return torch.pow(x, *exponent) if exponent else torch.pow(x, node.details["exponent"])


FUNCTIONS: Mapping[Op, Function] = {
    Op.ADD: partial(_chain, operator.add),
    Op.SUB: partial(_chain, operator.sub),
    Op.MUL: partial(_chain, operator.mul),
    Op.DIV: partial(_chain, operator.truediv),
    Op.MAXIMUM: partial(_chain, torch.maximum),
    Op.MINIMUM: partial(_chain, torch.minimum),
    Op.MATMUL: _matmul,
    Op.CONCAT: lambda node, *parts: torch.cat(parts, node.details.get("axis", 1)),
    Op.SLICE: _slice,
    Op.PAD: _pad,
    Op.RESIZE: _resize,
    Op.RESHAPE: _reshape,
    Op.TRANSPOSE: _transpose,
    Op.EXPAND: lambda node, x: x.expand(-1, *node.details["shape"]),
    Op.ROLL: lambda node, x: torch.roll(x, node.details["shifts"], node.details["axes"]),
    Op.GLOBAL_AVG_POOL: partial(_global_pool, torch.mean),
    Op.GLOBAL_MAX_POOL: partial(_global_pool, torch.amax),
    Op.MEAN: partial(_reduce, torch.mean),
    Op.SUM: partial(_reduce, torch.sum),
    Op.MAX: partial(_reduce, torch.amax),
    Op.SCALE: _scale,
    Op.POWER: _power,
    Op.CLIP: lambda node, x: x.clamp(node.details.get("min"), node.details.get("max")),
    Op.ZERO: partial(_elementwise, partial(torch.mul, other=0)),  # exporters fold zeros_like
    Op.EXP: partial(_elementwise, torch.exp),
    Op.LOG: partial(_elementwise, torch.log),
    Op.ABS: partial(_elementwise, torch.abs),
    Op.SINE: partial(_elementwise, torch.sin),
    Op.COSINE: partial(_elementwise, torch.cos),
    Op.ERF: partial(_elementwise, torch.erf),
}
"""Operations by what computes them: the node, then its arguments."""
