"""Operations that are a function in PyTorch: plain code on attributes and arguments.

Each takes the node, its typed attributes and its arguments. The same code writes the module,
where arguments are symbols, and finds out sizes, where they are tensors without numbers.
"""

import operator
from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gennape.graph.attributes import groups, mathematics
from gennape.graph.execute import parts
from gennape.graph.node import Node
from gennape.graph.operations import Op

Function = Callable[..., Any]


def _chain(function: Callable[[Any, Any], Any], node: Node, _: Any, *arguments: Tensor) -> Tensor:
    """A function of two tensors applied to any number of them, from left to right."""
    return reduce(function, arguments)


def _elementwise(function: Callable[[Tensor], Tensor], node: Node, _: Any, x: Tensor) -> Tensor:
    return function(x)


def _reduce(function: Any, node: Node, a: mathematics.ReduceAttributes, x: Tensor) -> Tensor:
    result: Tensor = function(x, a.axes, a.keepdim)
    return result


def _greatest(node: Node, a: mathematics.ReduceAttributes, x: Tensor) -> Tensor:
    if a.function == "argmax":
        return torch.argmax(x, a.axes[0], a.keepdim)
    return torch.amax(x, a.axes, a.keepdim)


def _variance(node: Node, a: mathematics.ReduceAttributes, x: Tensor) -> Tensor:
    return torch.var(x, a.axes, correction=a.correction, keepdim=a.keepdim)


def _global_pool(function: Any, node: Node, a: groups.GlobalPoolAttributes, x: Tensor) -> Tensor:
    """Pooling where the channels are not in dimension 1."""
    result: Tensor = function(x, a.axes, keepdim=True)
    return result


def _matmul(node: Node, a: groups.MatmulAttributes, *factors: Tensor) -> Tensor:
    if a.equation:
        product: Tensor = torch.einsum(a.equation, *factors)
        return product
    left, right = factors
    return left @ (right.transpose(-2, -1) if a.transposed else right)


def _scale(node: Node, a: mathematics.ScaleAttributes, x: Tensor) -> Tensor:
    scaled = x if a.scale == 1 else x * a.scale
    return scaled if a.shift == 0 else scaled + a.shift


def _power(node: Node, a: mathematics.PowerAttributes, x: Tensor, *other: Tensor) -> Tensor:
    if a.base is not None:
        return torch.pow(a.base, x)
    return torch.pow(x, other[0] if other else a.exponent)  # type: ignore[arg-type]


def _clip(node: Node, a: mathematics.ClipAttributes, x: Tensor, *limits: Any) -> Tensor:
    rest = iter(limits)
    low = next(rest, None) if a.min is None and limits else a.min
    high = next(rest, None) if a.max is None else a.max
    return torch.clamp(x, low, high)


def _compare(node: Node, a: mathematics.CompareAttributes, x: Tensor, *other: Tensor) -> Tensor:
    function = getattr(torch, a.function)
    if a.number is None:
        result: Tensor = function(x, *other)
    elif a.number_first:
        result = getattr(torch, _MIRRORED.get(a.function, a.function))(x, a.number)
    else:
        result = function(x, a.number)
    return result


_MIRRORED = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}


def _round(node: Node, a: mathematics.RoundAttributes, x: Tensor, *other: Tensor) -> Tensor:
    divisor = other if a.number is None else (a.number,)
    result: Tensor = getattr(torch, a.function)(x, *divisor)
    return result


def _where(node: Node, a: mathematics.WhereAttributes, *arguments: Tensor) -> Tensor:
    *choices, condition = arguments if a.condition_last else (*arguments[1:], arguments[0])
    rest = iter(choices)
    positive = next(rest) if a.positive is None else a.positive
    negative = next(rest) if a.negative is None else a.negative
    return torch.where(condition, positive, negative)


def _local_norm(node: Node, a: groups.LocalNormAttributes, x: Tensor) -> Tensor:
    if a.size is None:
        raise KeyError("size")
    return F.local_response_norm(x, a.size, a.alpha, a.beta, a.k)


def _unit_norm(node: Node, a: groups.UnitNormAttributes, x: Tensor) -> Tensor:
    return F.normalize(x, a.p, a.axis, a.eps)


def _selu(node: Node, a: groups.EluAttributes, x: Tensor) -> Tensor:
    """SELU with other numbers than its own."""
    return (1.0 if a.gamma is None else a.gamma) * F.elu(x, 1.0 if a.alpha is None else a.alpha)


def _hard_sigmoid(node: Node, a: groups.HardSigmoidAttributes, x: Tensor) -> Tensor:
    """A hard sigmoid with other numbers than PyTorch's."""
    return torch.clamp(x * a.slope + a.offset, 0.0, 1.0)


FUNCTIONS: Mapping[Op, Function] = {
    Op.ADD: partial(_chain, operator.add),
    Op.SUB: partial(_chain, operator.sub),
    Op.MUL: partial(_chain, operator.mul),
    Op.DIV: partial(_chain, operator.truediv),
    Op.MAXIMUM: partial(_chain, torch.maximum),
    Op.MINIMUM: partial(_chain, torch.minimum),
    Op.MATMUL: _matmul,
    Op.LOCAL_RESPONSE_NORM: _local_norm,
    Op.NORMALIZE: _unit_norm,
    Op.CONCAT: parts.concat,
    Op.WHERE: _where,
    Op.SLICE: parts.cut,
    Op.PAD: parts.pad,
    Op.RESIZE: parts.resize,
    Op.GATHER: parts.gather,
    Op.RESHAPE: parts.rearrange,
    Op.TRANSPOSE: parts.transpose,
    Op.ROLL: parts.roll,
    Op.GLOBAL_AVG_POOL: partial(_global_pool, torch.mean),
    Op.GLOBAL_MAX_POOL: partial(_global_pool, torch.amax),
    Op.MEAN: partial(_reduce, torch.mean),
    Op.SUM: partial(_reduce, torch.sum),
    Op.MAX: _greatest,
    Op.VARIANCE: _variance,
    Op.SELU: _selu,
    Op.HARDSIGMOID: _hard_sigmoid,
    Op.SCALE: _scale,
    Op.POWER: _power,
    Op.CLIP: _clip,
    Op.COMPARE: _compare,
    Op.ROUND: _round,
    Op.ZERO: partial(_elementwise, partial(torch.mul, other=0)),  # exporters fold zeros_like
    Op.EXP: partial(_elementwise, torch.exp),
    Op.LOG: partial(_elementwise, torch.log),
    Op.ABS: partial(_elementwise, torch.abs),
    Op.SINE: partial(_elementwise, torch.sin),
    Op.COSINE: partial(_elementwise, torch.cos),
    Op.ERF: partial(_elementwise, torch.erf),
    Op.SORT: parts.sort,
    Op.CUMULATIVE_SUM: parts.cumulative_sum,
    Op.GRID_SAMPLE: parts.grid_sample,
    Op.UNFOLD: parts.unfold,
    Op.OTHER: parts.fold,
}
"""Operations by what computes them: the node, its attributes, then its arguments."""


def _maximum_and_place(node: Node, a: mathematics.ReduceAttributes, x: Tensor) -> Any:
    (axis,) = a.axes
    return torch.max(x, axis, a.keepdim)


def _pool_and_places(node: Node, a: groups.PoolAttributes, x: Tensor) -> Any:
    padding = node.padding[:2]
    return F.max_pool2d(x, node.kernel, node.stride, padding, node.dilation, return_indices=True)


SEVERAL: Mapping[Op, Function] = {
    Op.MAX: _maximum_and_place,
    Op.MAX_POOL: _pool_and_places,
    Op.SORT: parts.sorted_and_places,
}
"""Operations that have further results, where something reads these."""

ELEMENTWISE = frozenset(
    {Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MAXIMUM, Op.MINIMUM, Op.SCALE, Op.CLIP, Op.EXP, Op.LOG}
    | {Op.ABS, Op.SINE, Op.COSINE, Op.ERF, Op.ROUND, Op.POWER, Op.ROLL, Op.SELU, Op.HARDSIGMOID}
)
"""Functions whose result has the dimensions of their arguments, where these are the same."""
