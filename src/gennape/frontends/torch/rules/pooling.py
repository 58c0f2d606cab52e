"""Rules for pooling."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules.windows import Size, depth, sizes, window
from gennape.frontends.torch.tensors import Tensor
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES


def max_pool(
    spatial: int,
    trace: Trace,
    output: Any,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    *_: Any,
    **__: Any,
) -> None:
    """Write the maximum of each window; rounding up shows in the output shape."""
    first = output if isinstance(output, Tensor) else output[0]
    kernel = sizes(kernel_size, spatial)
    strides = kernel if stride is None or stride == [] else sizes(stride, spatial)
    borders = [(size, size) for size in sizes(padding, spatial)]
    dilations = sizes(dilation, spatial)
    attributes = window(kernel, stride=strides, padding=borders, dilation=dilations)
    details = depth(kernel, strides, borders, dilations)
    _pool(trace, Op.MAX_POOL, first, input, kernel, attributes, **details)
    if first is not output:
        trace.also(output[1:], first)


def avg_pool(
    spatial: int,
    trace: Trace,
    output: Tensor,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> None:
    """Write the mean of each window; whether padded zeros count matters only with padding."""
    kernel = sizes(kernel_size, spatial)
    strides = kernel if stride is None or stride == [] else sizes(stride, spatial)
    borders = [(size, size) for size in sizes(padding, spatial)]
    attributes = window(kernel, stride=strides, padding=borders, dilation=(1,) * spatial)
    padded = any(size for border in borders for size in border)
    details: dict[str, Any] = depth(kernel, strides, borders, (1,) * spatial)
    if padded and not count_include_pad:
        details["count_include_pad"] = False
    if divisor_override:
        details["divisor"] = divisor_override
    _pool(trace, Op.AVG_POOL, output, input, kernel, attributes, **details)


def adaptive_pool(
    op: Op, spatial: int, trace: Trace, output: Any, input: Tensor, *_: Any, **__: Any
) -> None:
    """Write pooling to a given size: windows of one size where the sizes divide evenly."""
    first = output if isinstance(output, Tensor) else output[0]
    before, after = input.shape[-spatial:], first.shape[-spatial:]
    if before == after:
        trace.same(first, input)
    elif all(old % new == 0 for old, new in zip(before, after, strict=True)):
        kernel = [old // new for old, new in zip(before, after, strict=True)]
        attributes = window(
            kernel, stride=kernel, padding=[(0, 0)] * spatial, dilation=(1,) * spatial
        )
        details = depth(kernel, kernel, [(0, 0)] * spatial, (1,) * spatial)
        _pool(trace, op, first, input, kernel, attributes, **details)
    else:
        axis = first.dim() - spatial - 1
        trace.emit(op, (input,), first, axis=axis, read_axis=axis, details={"adaptive": True})
    if first is not output:
        trace.also(output[1:], first)


_GLOBAL = {Op.MAX_POOL: Op.GLOBAL_MAX_POOL, Op.AVG_POOL: Op.GLOBAL_AVG_POOL}


def _pool(
    trace: Trace,
    op: Op,
    output: Tensor,
    input: Tensor,
    kernel: Sequence[int],
    attributes: tuple[int, ...],
    **details: Any,
) -> None:
    """Write a pooling node; one whose single window is the whole map is global."""
    spatial = len(kernel)
    axis = output.dim() - spatial - 1
    covers = tuple(kernel) == tuple(input.shape[-spatial:]) and not any(attributes[4:8])
    if covers and all(size == 1 for size in output.shape[-spatial:]) and "divisor" not in details:
        op, attributes, details = _GLOBAL[op], NO_ATTRIBUTES, {}
    trace.emit(
        op, (input,), output, axis=axis, read_axis=axis, attributes=attributes, details=details
    )


for _spatial in (1, 2, 3):
    _with_indices = f"max_pool{_spatial}d max_pool{_spatial}d_with_indices"
    traces(_with_indices)(partial(max_pool, _spatial))
    traces(f"avg_pool{_spatial}d")(partial(avg_pool, _spatial))
    traces(f"adaptive_avg_pool{_spatial}d")(partial(adaptive_pool, Op.AVG_POOL, _spatial))
    _with_indices = f"adaptive_max_pool{_spatial}d adaptive_max_pool{_spatial}d_with_indices"
    traces(_with_indices)(partial(adaptive_pool, Op.MAX_POOL, _spatial))
