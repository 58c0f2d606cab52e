"""Rules for element-wise functions and reductions."""

from functools import partial
from typing import Any

import torch
from torch import Tensor

from gennape.frontends.torch.rules import RULES, writes
from gennape.frontends.torch.tracer import Tracer
from gennape.graph import Op

_PLAIN = {
    "relu": Op.RELU,
    "relu6": Op.RELU6,
    "elu": Op.ELU,
    "celu": Op.ELU,
    "selu": Op.SELU,
    "silu": Op.SILU,
    "mish": Op.MISH,
    "softplus": Op.SOFTPLUS,
    "hardswish": Op.HARDSWISH,
    "hardsigmoid": Op.HARDSIGMOID,
    "sigmoid": Op.SIGMOID,
    "expit": Op.SIGMOID,
    "special_expit": Op.SIGMOID,
    "tanh": Op.TANH,
    "erf": Op.ERF,
    "special_erf": Op.ERF,
    "exp": Op.EXP,
    "log": Op.LOG,
    "abs": Op.ABS,
    "absolute": Op.ABS,
    "sin": Op.SINE,
    "cos": Op.COSINE,
    "normalize": Op.NORMALIZE,
    "local_response_norm": Op.LOCAL_RESPONSE_NORM,
    "cumsum": Op.CUMULATIVE_SUM,
    "zeros_like": Op.ZERO,
}
"""Functions of one tensor that keep its shape."""

_POWERS = {"sqrt": 0.5, "rsqrt": -0.5, "square": 2, "reciprocal": -1}
_COMPARISONS = ("gt", "ge", "lt", "le", "eq", "ne", "logical_and", "logical_or", "logical_not")
_ROUNDINGS = ("floor", "ceil", "round", "trunc", "sign", "floor_divide")


def unary(
    op: Op, details: dict[str, Any], trace: Tracer, output: Tensor, x: Tensor, *_: Any, **__: Any
) -> None:
    """An element-wise function of one tensor."""
    trace.emit(op, (x,), output, details=details)


for _name, _op in _PLAIN.items():
    RULES[_name] = partial(unary, _op, {})
for _name, _exponent in _POWERS.items():
    RULES[_name] = partial(unary, Op.POWER, {"exponent": _exponent})


def several(
    op: Op, details: dict[str, Any], trace: Tracer, output: Tensor, *args: Any, **_: Any
) -> None:
    """An element-wise function of any number of tensors."""
    trace.emit(op, [x for x in args if isinstance(x, Tensor)], output, details=details)


for _name in _COMPARISONS:
    RULES[_name] = partial(several, Op.COMPARE, {"function": _name})
for _name in _ROUNDINGS:
    RULES[_name] = partial(several, Op.ROUND, {"function": _name})
RULES["where"] = partial(several, Op.WHERE, {})
RULES["masked_fill"] = partial(several, Op.WHERE, {})


@writes("leaky_relu")
def leaky_relu(
    trace: Tracer, output: Tensor, x: Tensor, negative_slope: float = 0.01, *_: Any, **__: Any
) -> None:
    """Leaky ReLU; the slope is a detail unless it is 0.01."""
    details = {} if negative_slope == 0.01 else {"slope": negative_slope}
    trace.emit(Op.LEAKY_RELU, (x,), output, details=details)


@writes("gelu")
def gelu(trace: Tracer, output: Tensor, x: Tensor, approximate: str = "none") -> None:
    """Gaussian error linear unit, exact or by the tangent formula."""
    details = {} if approximate == "none" else {"approximate": approximate}
    trace.emit(Op.GELU, (x,), output, details=details)


@writes("clamp", "clip")
def clip(trace: Tracer, output: Tensor, x: Tensor, min: Any = None, max: Any = None) -> None:
    """Limits; 0 to 6 is ReLU6, from 0 upwards ReLU."""
    low, high = _number(trace, min), _number(trace, max)
    if (low, high) == (0, 6):
        trace.emit(Op.RELU6, (x,), output)
    elif low == 0 and max is None:
        trace.emit(Op.RELU, (x,), output)
    else:
        limits = {"min": low, "max": high}
        tensors = [x, *(limit for limit in (min, max) if trace.depends_on_input(limit))]
        details = {name: limit for name, limit in limits.items() if limit is not None}
        trace.emit(Op.CLIP, tensors, output, details=details)


@writes("clamp_min")
def clamp_min(trace: Tracer, output: Tensor, x: Tensor, min: Any) -> None:
    """A lower limit."""
    clip(trace, output, x, min)


@writes("clamp_max")
def clamp_max(trace: Tracer, output: Tensor, x: Tensor, max: Any) -> None:
    """An upper limit."""
    clip(trace, output, x, None, max)


@writes("hardtanh")
def hardtanh(
    trace: Tracer,
    output: Tensor,
    x: Tensor,
    min_val: float = -1.0,
    max_val: float = 1.0,
    *_: Any,
    **__: Any,
) -> None:
    """Limits by another name."""
    clip(trace, output, x, min_val, max_val)


@writes("softmax")
def softmax(trace: Tracer, output: Tensor, x: Tensor, dim: int = -1, *_: Any, **__: Any) -> None:
    """Softmax along one dimension."""
    trace.emit(Op.SOFTMAX, (x,), output, details=axis_detail(dim, x))


@writes("log_softmax")
def log_softmax(
    trace: Tracer, output: Tensor, x: Tensor, dim: int = -1, *_: Any, **__: Any
) -> None:
    """Logarithm of the softmax along one dimension."""
    trace.emit(Op.LOG_SOFTMAX, (x,), output, details=axis_detail(dim, x))


def axis_detail(dim: int, x: Tensor) -> dict[str, int]:
    """The dimension an operation works along, unless it is 1."""
    axis = dim % max(x.dim(), 1)
    return {} if axis == 1 else {"axis": axis}


def _number(trace: Tracer, value: Any) -> float | None:
    """A plain number, also one in a constant tensor that has numbers; else None."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Tensor) and value.dim() == 0 and not value.is_meta:
        return None if trace.depends_on_input(value) else float(value)
    return None


def scale(trace: Tracer, output: Tensor, x: Tensor, factor: float, shift: float) -> None:
    """`factor * x + shift`; nothing if that is `x`."""
    if factor == 0 and shift == 0:
        trace.emit(Op.ZERO, (x,), output)
    elif factor == 1 and shift == 0:
        trace.same(output, x)
    else:
        details = {"scale": factor} if factor != 1 else {}
        trace.emit(
            Op.SCALE, (x,), output, details=details | ({"shift": shift} if shift != 0 else {})
        )


@writes("add")
def add(trace: Tracer, output: Tensor, x: Any, other: Any, *, alpha: float = 1) -> None:
    """Sum of two tensors, or a shift by a number."""
    left, right = _number(trace, x), _number(trace, other)
    if right is not None:
        scale(trace, output, x, 1, alpha * right)
    elif left is not None:
        scale(trace, output, other, alpha, left)
    else:
        trace.emit(Op.ADD, (x, _scaled(trace, other, alpha)), output)


@writes("sub", "subtract")
def sub(trace: Tracer, output: Tensor, x: Any, other: Any, *, alpha: float = 1) -> None:
    """Difference of two tensors, or a shift by a number."""
    left, right = _number(trace, x), _number(trace, other)
    if right is not None:
        scale(trace, output, x, 1, -alpha * right)
    elif left is not None:
        scale(trace, output, other, -alpha, left)
    else:
        trace.emit(Op.SUB, (x, _scaled(trace, other, alpha)), output)


def _scaled(trace: Tracer, x: Tensor, factor: float) -> Tensor:
    """The tensor `factor * x`."""
    if factor == 1:
        return x
    result = trace.blank(*x.shape)
    scale(trace, result, x, factor, 0)
    return result


@writes("mul", "multiply")
def mul(trace: Tracer, output: Tensor, x: Any, other: Any) -> None:
    """Product of two tensors, or a scale by a number."""
    left, right = _number(trace, x), _number(trace, other)
    if right is not None:
        scale(trace, output, x, right, 0)
    elif left is not None:
        scale(trace, output, other, left, 0)
    else:
        trace.emit(Op.MUL, (x, other), output)


@writes("div", "divide", "true_divide", "truediv")
def div(trace: Tracer, output: Tensor, x: Any, other: Any, **options: Any) -> None:
    """Quotient of two tensors; by a number it is a scale, of a number a power."""
    left, right = _number(trace, x), _number(trace, other)
    if options.get("rounding_mode"):
        several(Op.ROUND, {"function": "floor_divide"}, trace, output, x, other)
    elif right is not None:
        scale(trace, output, x, 1 / right, 0)
    elif left is not None:
        inverse = output if left == 1 else trace.blank(*other.shape)
        trace.emit(Op.POWER, (other,), inverse, details={"exponent": -1})
        if inverse is not output:
            scale(trace, output, inverse, left, 0)
    else:
        trace.emit(Op.DIV, (x, other), output)


@writes("pow")
def power(trace: Tracer, output: Tensor, x: Any, exponent: Any) -> None:
    """A power with a fixed exponent, else by a function of two tensors."""
    number = _number(trace, exponent)
    if number is None or not isinstance(x, Tensor):
        several(Op.POWER, {}, trace, output, x, exponent)
    elif number == 1:
        trace.same(output, x)
    else:
        trace.emit(Op.POWER, (x,), output, details={"exponent": number})


@writes("neg", "negative")
def neg(trace: Tracer, output: Tensor, x: Tensor) -> None:
    """The tensor with the other sign."""
    scale(trace, output, x, -1, 0)


def reflected(rule: Any, trace: Tracer, output: Tensor, x: Any, other: Any) -> None:
    """A Python operator whose tensor stands on the right."""
    rule(trace, output, other, x)


for _name, _rule in {"radd": add, "rsub": sub, "rmul": mul, "rtruediv": div, "rdiv": div}.items():
    RULES[_name] = partial(reflected, _rule)
RULES["rpow"] = partial(reflected, power)


def extreme(
    pair: Op, along: Op, trace: Tracer, output: Any, x: Tensor, other: Any = None, **options: Any
) -> None:
    """Maximum or minimum: of two tensors, or along dimensions."""
    if isinstance(other, Tensor):
        trace.emit(pair, (x, other), output)
    else:
        dim = options.get("dim", other)
        first = output if isinstance(output, Tensor) else output[0]
        reduction(along, trace, first, x, dim)
        if first is not output:
            trace.also(output[1:], first)


RULES["max"] = partial(extreme, Op.MAXIMUM, Op.MAX)
RULES["maximum"] = RULES["max"]
RULES["min"] = partial(extreme, Op.MINIMUM, Op.OTHER)
RULES["minimum"] = RULES["min"]


def reduction(
    op: Op, trace: Tracer, output: Any, x: Tensor, dim: Any = None, *_: Any, **options: Any
) -> None:
    """A sum, mean, maximum or variance along dimensions (all of them if none is given)."""
    dim = options.get("axis", dim)
    given = [dim] if isinstance(dim, int) else list(dim or range(x.dim()))
    axes = sorted(axis % max(x.dim(), 1) for axis in given)
    kept = output.dim() == x.dim()
    channels = trace.axis(x)
    others = [axis for axis in range(1, x.dim()) if axis != channels]
    if x.dim() == 4 and axes == others and op in _GLOBAL:
        pooled = output
        if not kept:
            pooled = trace.blank(*(1 if axis in axes else n for axis, n in enumerate(x.shape)))
        details = {} if channels == 1 else {"axes": axes}
        trace.emit(_GLOBAL[op], (x,), pooled, axis=channels, details=details)
        if not kept:
            trace.emit(Op.RESHAPE, (pooled,), output)
        return
    axis = channels
    if not kept:
        axis = output.dim() - 1
        if channels not in axes:
            axis = channels - sum(removed < channels for removed in axes)
    details = {"axes": axes, "keepdim": True} if kept else {"axes": axes}
    trace.emit(op, (x,), output, axis=max(axis, 0), details=details)


_GLOBAL = {Op.MEAN: Op.GLOBAL_AVG_POOL, Op.MAX: Op.GLOBAL_MAX_POOL}
RULES["mean"] = partial(reduction, Op.MEAN)
RULES["sum"] = partial(reduction, Op.SUM)
RULES["amax"] = partial(reduction, Op.MAX)
RULES["var"] = partial(reduction, Op.VARIANCE)


@writes("std")
def std(trace: Tracer, output: Tensor, x: Tensor, *args: Any, **options: Any) -> None:
    """The square root of the variance."""
    variance = trace.blank(*output.shape)
    reduction(Op.VARIANCE, trace, variance, x, *args, **options)
    trace.emit(Op.POWER, (variance,), output, details={"exponent": 0.5})


@writes("var_mean")
def var_mean(trace: Tracer, output: Any, x: Tensor, *args: Any, **options: Any) -> None:
    """Variance and mean."""
    reduction(Op.VARIANCE, trace, output[0], x, *args, **options)
    reduction(Op.MEAN, trace, output[1], x, *args, **options)


@writes("norm", "linalg_vector_norm", "linalg_norm")
def norm(
    trace: Tracer,
    output: Tensor,
    x: Tensor,
    p: Any = 2,
    dim: Any = None,
    *args: Any,
    ord: Any = None,
    **options: Any,
) -> None:
    """The length of vectors: the root of the sum of squares, or the sum of magnitudes."""
    order = p if ord is None else ord
    power = trace.blank(*x.shape)
    if order in (2, "fro", None):
        total = trace.blank(*output.shape)
        trace.emit(Op.POWER, (x,), power, details={"exponent": 2})
        reduction(Op.SUM, trace, total, power, dim, *args, **options)
        trace.emit(Op.POWER, (total,), output, details={"exponent": 0.5})
    elif order == 1:
        trace.emit(Op.ABS, (x,), power)
        reduction(Op.SUM, trace, output, power, dim, *args, **options)
    else:
        trace.emit(Op.OTHER, (x,), output, details={"function": "norm"})


@writes("addcmul")
def addcmul(
    trace: Tracer, output: Tensor, x: Tensor, left: Tensor, right: Tensor, *, value: float = 1
) -> None:
    """`x + value * left * right`."""
    product = trace.blank(*torch.broadcast_shapes(left.shape, right.shape))
    mul(trace, product, left, right)
    add(trace, output, x, product, alpha=value)


@writes("lerp")
def lerp(trace: Tracer, output: Tensor, x: Tensor, end: Tensor, weight: Any) -> None:
    """`x + weight * (end - x)`."""
    step, part = trace.blank(*output.shape), trace.blank(*output.shape)
    sub(trace, step, end, x)
    mul(trace, part, step, weight)
    add(trace, output, x, part)
