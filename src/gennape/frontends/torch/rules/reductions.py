"""Rules for sums, means and extremes along dimensions."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules.arithmetic import scale
from gennape.frontends.torch.rules.elementwise import several
from gennape.frontends.torch.rules.layout import reshape
from gennape.frontends.torch.tensors import Tensor
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op

_GLOBAL = {Op.MEAN: Op.GLOBAL_AVG_POOL, Op.MAX: Op.GLOBAL_MAX_POOL}


def reduction(
    op: Op, trace: Trace, output: Tensor, x: Tensor, dim: Any = None, *_: Any, **options: Any
) -> None:
    """Write a sum, mean, maximum or variance along dimensions (all of them if none is given)."""
    dim = options.get("axis", dim)
    given = [dim] if isinstance(dim, int) else list(dim or range(x.dim()))
    axes = sorted(axis % max(x.dim(), 1) for axis in given)
    channels = trace.axis(x)
    if op in _GLOBAL and x.dim() == 4 and axes == [a for a in (1, 2, 3) if a != channels]:
        _global_pool(_GLOBAL[op], trace, output, x, axes)
        return
    details: dict[str, Any] = {"axes": axes}
    if op is Op.VARIANCE and (correction := _correction(_, options)) != 1:
        details["correction"] = correction
    axis = channels
    if output.dim() == x.dim():
        details["keepdim"] = True
    elif channels in axes:
        axis = max(output.dim() - 1, 0)
    else:
        axis -= sum(removed < channels for removed in axes)
    trace.emit(op, (x,), output, axis=axis, details=details)


def _correction(args: Sequence[Any], options: Mapping[str, Any]) -> float:
    """Return what a variance takes off the number of elements."""
    unbiased = options.get("unbiased", args[0] if args and isinstance(args[0], bool) else True)
    return float(options.get("correction", 1.0 if unbiased else 0.0))


def _global_pool(op: Op, trace: Trace, output: Tensor, x: Tensor, axes: list[int]) -> None:
    """Write a mean or maximum over height and width, which may be dropped afterwards."""
    channels = trace.axis(x)
    pooled = output
    if output.dim() < x.dim():
        pooled = trace.blank(*(1 if axis in axes else n for axis, n in enumerate(x.shape)))
    details = {} if channels == 1 else {"axes": axes}
    trace.emit(op, (x,), pooled, axis=channels, details=details)
    if pooled is not output:
        reshape(trace, output, pooled)


for _name, _op in {"mean": Op.MEAN, "sum": Op.SUM, "amax": Op.MAX, "var": Op.VARIANCE}.items():
    traces(_name)(partial(reduction, _op))


@traces("amin")
def least(trace: Trace, output: Tensor, x: Tensor, *args: Any, **options: Any) -> None:
    """Write the minimum along dimensions: minus the maximum of minus the elements."""
    negative, greatest = trace.blank(*x.shape), trace.blank(*output.shape)
    scale(trace, negative, x, -1, 0)
    reduction(Op.MAX, trace, greatest, negative, *args, **options)
    scale(trace, output, greatest, -1, 0)


def extreme(
    pair: Op,
    along: Callable[..., None],
    trace: Trace,
    output: Any,
    x: Tensor,
    other: Any = None,
    *_: Any,
    **options: Any,
) -> None:
    """Write maximum or minimum: of two tensors, or along dimensions."""
    if isinstance(other, Tensor):
        trace.emit(pair, (x, other), output)
        return
    first = output if isinstance(output, Tensor) else output[0]
    along(trace, first, x, options.get("dim", other))
    if first is not output:
        trace.also(output[1:], first)


traces("max")(partial(extreme, Op.MAXIMUM, partial(reduction, Op.MAX)))
traces("min")(partial(extreme, Op.MINIMUM, least))
traces("maximum", result="broadcast")(partial(several, Op.MAXIMUM, {}))
traces("minimum", result="broadcast")(partial(several, Op.MINIMUM, {}))


@traces("std")
def std(trace: Trace, output: Tensor, x: Tensor, *args: Any, **options: Any) -> None:
    """Write the square root of the variance."""
    variance = trace.blank(*output.shape)
    reduction(Op.VARIANCE, trace, variance, x, *args, **options)
    trace.emit(Op.POWER, (variance,), output, details={"exponent": 0.5})


@traces("var_mean")
def var_mean(trace: Trace, output: Any, x: Tensor, *args: Any, **options: Any) -> None:
    """Write variance and mean."""
    reduction(Op.VARIANCE, trace, output[0], x, *args, **options)
    reduction(Op.MEAN, trace, output[1], x, *args, **options)


@traces("norm linalg_vector_norm linalg_norm")
def norm(
    trace: Trace,
    output: Tensor,
    x: Tensor,
    p: Any = 2,
    dim: Any = None,
    *args: Any,
    ord: Any = None,
    **options: Any,
) -> None:
    """Write the length of vectors: the root of the sum of squares, or the sum of magnitudes."""
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
