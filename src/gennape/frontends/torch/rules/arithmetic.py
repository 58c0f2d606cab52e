"""Rules for sums, products and powers of tensors and numbers."""

from functools import partial
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules.elementwise import number, several, with_number
from gennape.frontends.torch.tensors import Tensor
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op


def scale(trace: Trace, output: Tensor, x: Tensor, factor: float, shift: float) -> None:
    """Write `factor * x + shift`; nothing if that is `x`."""
    if factor == 0 and shift == 0:
        trace.emit(Op.ZERO, (x,), output)
    elif factor == 1 and shift == 0:
        trace.same(output, x)
    else:
        details = {"scale": factor} if factor != 1 else {}
        trace.emit(
            Op.SCALE, (x,), output, details=details | ({"shift": shift} if shift != 0 else {})
        )


@traces("add", result="broadcast")
def add(trace: Trace, output: Tensor, x: Any, other: Any, *, alpha: float = 1) -> None:
    """Write sum of two tensors, or a shift by a number."""
    left, right = number(trace, x), number(trace, other)
    if right is not None:
        scale(trace, output, x, 1, alpha * right)
    elif left is not None:
        scale(trace, output, other, alpha, left)
    else:
        trace.emit(Op.ADD, (x, _scaled(trace, other, alpha)), output)


@traces("sub subtract", result="broadcast")
def sub(trace: Trace, output: Tensor, x: Any, other: Any, *, alpha: float = 1) -> None:
    """Write difference of two tensors, or a shift by a number."""
    left, right = number(trace, x), number(trace, other)
    if right is not None:
        scale(trace, output, x, 1, -alpha * right)
    elif left is not None:
        scale(trace, output, other, -alpha, left)
    else:
        trace.emit(Op.SUB, (x, _scaled(trace, other, alpha)), output)


def _scaled(trace: Trace, x: Tensor, factor: float) -> Tensor:
    """Return the tensor `factor * x`."""
    if factor == 1:
        return x
    result = trace.blank(*x.shape)
    scale(trace, result, x, factor, 0)
    return result


@traces("mul multiply", result="broadcast")
def mul(trace: Trace, output: Tensor, x: Any, other: Any) -> None:
    """Write product of two tensors, or a scale by a number."""
    left, right = number(trace, x), number(trace, other)
    if right is not None:
        scale(trace, output, x, right, 0)
    elif left is not None:
        scale(trace, output, other, left, 0)
    else:
        trace.emit(Op.MUL, (x, other), output)


@traces("div divide true_divide truediv", result="broadcast")
def div(trace: Trace, output: Tensor, x: Any, other: Any, **options: Any) -> None:
    """Write quotient of two tensors; by a number it is a scale, of a number a power."""
    left, right = number(trace, x), number(trace, other)
    if options.get("rounding_mode"):
        with_number(Op.ROUND, "floor_divide", trace, output, x, other, **options)
    elif right is not None:
        scale(trace, output, x, 1 / right, 0)
    elif left is not None:
        inverse = output if left == 1 else trace.blank(*other.shape)
        trace.emit(Op.POWER, (other,), inverse, details={"exponent": -1})
        if inverse is not output:
            scale(trace, output, inverse, left, 0)
    else:
        trace.emit(Op.DIV, (x, other), output)


@traces("pow")
def power(trace: Trace, output: Tensor, x: Any, exponent: Any) -> None:
    """Write a power with a fixed exponent, else by a function of two tensors."""
    fixed = number(trace, exponent)
    if fixed is None or not isinstance(x, Tensor):
        base = number(trace, x)
        details = {} if base is None or isinstance(x, Tensor) else {"base": float(base)}
        several(Op.POWER, details, trace, output, x, exponent)
    elif fixed == 1:
        trace.same(output, x)
    else:
        trace.emit(Op.POWER, (x,), output, details={"exponent": fixed})


@traces("neg negative")
def neg(trace: Trace, output: Tensor, x: Tensor) -> None:
    """Write the tensor with the other sign."""
    scale(trace, output, x, -1, 0)


def reflected(rule: Any, trace: Trace, output: Tensor, x: Any, other: Any) -> None:
    """Write a Python operator whose tensor stands on the right."""
    rule(trace, output, other, x)


for _names, _rule in {"radd": add, "rsub": sub, "rmul": mul, "rtruediv rdiv": div}.items():
    traces(_names, result="broadcast")(partial(reflected, _rule))
traces("rpow")(partial(reflected, power))


@traces("addcmul")
def addcmul(
    trace: Trace, output: Tensor, x: Tensor, left: Tensor, right: Tensor, *, value: float = 1
) -> None:
    """Write `x + value * left * right`."""
    product = trace.blank(*output.shape)
    mul(trace, product, left, right)
    add(trace, output, x, product, alpha=value)


@traces("lerp")
def lerp(trace: Trace, output: Tensor, x: Tensor, end: Tensor, weight: Any) -> None:
    """Write `x + weight * (end - x)`."""
    step, part = trace.blank(*output.shape), trace.blank(*output.shape)
    sub(trace, step, end, x)
    mul(trace, part, step, weight)
    add(trace, output, x, part)
