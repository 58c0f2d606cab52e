"""Rules for layers with windows or weights: convolution, linear, pooling, normalisation."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from torch import Tensor

from gennape.frontends.torch.rules import RULES, writes
from gennape.frontends.torch.tracer import Tracer
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES

Size = int | Sequence[int]
WITH_BIAS = (*NO_ATTRIBUTES[:-1], 1)


def sizes(value: Size, count: int) -> tuple[int, ...]:
    """`value` for each of `count` spatial dimensions."""
    if isinstance(value, int):
        return (value,) * count
    values = tuple(int(size) for size in value)
    return values * count if len(values) == 1 else values


def window(
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
    groups: int = 1,
    bias: bool = False,
) -> tuple[int, ...]:
    """Attributes of a window operation with one, two or three spatial dimensions.

    One dimension is the height. Of three, the first two are folded into the height, so
    that the kernel keeps its area.
    """
    if len(kernel) == 1:
        kernel, stride, dilation = ((*values, 1) for values in (kernel, stride, dilation))
        padding = (padding[0], (0, 0))
    elif len(kernel) == 3:
        kernel, stride = ((values[0] * values[1], values[2]) for values in (kernel, stride))
        padding, dilation = padding[1:], dilation[1:]
    (top, bottom), (left, right) = padding
    return (*kernel, *stride, top, left, bottom, right, *dilation, groups, int(bias))


@writes("conv1d", "conv2d", "conv3d")
def convolution(
    trace: Tracer,
    output: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> None:
    """Convolution; padding given as a word is resolved to numbers."""
    kernel = tuple(weight.shape[2:])
    count = len(kernel)
    dilations = sizes(dilation, count)
    if isinstance(padding, str):
        total = [d * (k - 1) if padding == "same" else 0 for k, d in zip(kernel, dilations)]
        borders = [(size // 2, size - size // 2) for size in total]
    else:
        borders = [(size, size) for size in sizes(padding, count)]
    attributes = window(kernel, sizes(stride, count), borders, dilations, groups, bias is not None)
    _weighted(trace, Op.CONV, output, input, weight, bias, attributes, count)


@writes("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed_convolution(
    trace: Tracer,
    output: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> None:
    """Transposed convolution; the output padding shows in the output shape."""
    kernel = tuple(weight.shape[2:])
    count = len(kernel)
    borders = [(size, size) for size in sizes(padding, count)]
    attributes = window(
        kernel, sizes(stride, count), borders, sizes(dilation, count), groups, bias is not None
    )
    _weighted(trace, Op.CONV_TRANSPOSE, output, input, weight, bias, attributes, count)


@writes("convolution")
def any_convolution(
    trace: Tracer,
    output: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Size,
    padding: Size,
    dilation: Size,
    transposed: bool,
    output_padding: Size,
    groups: int,
) -> None:
    """The one operator into which programs decompose every convolution."""
    if transposed:
        transposed_convolution(
            trace, output, input, weight, bias, stride, padding, output_padding, groups, dilation
        )
    else:
        convolution(trace, output, input, weight, bias, stride, padding, dilation, groups)


def _weighted(
    trace: Tracer,
    op: Op,
    output: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    attributes: tuple[int, ...],
    spatial: int,
) -> None:
    axis = output.dim() - spatial - 1
    trace.emit(
        op,
        (input,),
        output,
        axis=axis,
        read_axis=axis,
        attributes=attributes,
        weights=(weight, bias),
    )


@writes("linear")
def linear(
    trace: Tracer, output: Tensor, input: Tensor, weight: Tensor, bias: Tensor | None = None
) -> None:
    """A fully connected layer on the last dimension."""
    trace.emit(
        Op.LINEAR,
        (input,),
        output,
        axis=output.dim() - 1,
        read_axis=input.dim() - 1,
        attributes=NO_ATTRIBUTES if bias is None else WITH_BIAS,
        weights=(weight, bias),
    )


@writes("embedding")
def embedding(
    trace: Tracer, output: Tensor, input: Tensor, weight: Tensor, *_: Any, **__: Any
) -> None:
    """Rows of a table, looked up by the input."""
    trace.emit(Op.EMBEDDING, (input,), output, axis=output.dim() - 1, weights=(weight,))


@writes("batch_norm")
def batch_norm(
    trace: Tracer,
    output: Tensor,
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Batch normalisation of the channels in dimension 1."""
    _norm(trace, Op.BATCH_NORM, output, input, weight, bias, axis=1)


@writes("aten.batch_norm", "native_batch_norm_legit_no_training", "cudnn_batch_norm")
def aten_batch_norm(
    trace: Tracer,
    output: Any,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    *_: Any,
    **__: Any,
) -> None:
    """The operator, whose running statistics come after its weights."""
    first = output if isinstance(output, Tensor) else output[0]
    _norm(trace, Op.BATCH_NORM, first, input, weight, bias, axis=1)


@writes("instance_norm")
def instance_norm(
    trace: Tracer,
    output: Tensor,
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Normalisation of every channel of every sample by itself."""
    _norm(trace, Op.INSTANCE_NORM, output, input, weight, bias, axis=1)


@writes("layer_norm", "native_layer_norm")
def layer_norm(
    trace: Tracer,
    output: Any,
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Normalisation over the last dimensions; details tell if it is more than one."""
    first = output if isinstance(output, Tensor) else output[0]
    if len(normalized_shape) == 1:
        _norm(trace, Op.LAYER_NORM, first, input, weight, bias, axis=input.dim() - 1)
    else:
        axis = trace.axis(input)
        shape = list(normalized_shape)
        _norm(trace, Op.LAYER_NORM, first, input, weight, bias, axis, normalized_shape=shape)


@writes("rms_norm")
def rms_norm(
    trace: Tracer,
    output: Tensor,
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Division by the root mean square over the last dimension."""
    _norm(trace, Op.RMS_NORM, output, input, weight, None, axis=input.dim() - 1)


@writes("group_norm")
def group_norm(
    trace: Tracer,
    output: Tensor,
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Normalisation of groups of channels."""
    _norm(trace, Op.GROUP_NORM, output, input, weight, bias, axis=1, groups=num_groups)


def _norm(
    trace: Tracer,
    op: Op,
    output: Tensor,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    axis: int,
    groups: int = 1,
    **details: Any,
) -> None:
    trace.emit(
        op,
        (input,),
        output,
        axis=axis,
        read_axis=axis,
        attributes=(*NO_ATTRIBUTES[:-2], groups, int(bias is not None)),
        weights=(weight, bias),
        details=details,
    )


@writes("prelu")
def prelu(trace: Tracer, output: Tensor, input: Tensor, weight: Tensor) -> None:
    """Leaky ReLU with learned slopes."""
    trace.emit(Op.PRELU, (input,), output, weights=(weight,))


def max_pool(
    spatial: int,
    trace: Tracer,
    output: Any,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    *_: Any,
    **__: Any,
) -> None:
    """The maximum of each window; rounding up shows in the output shape."""
    first = output if isinstance(output, Tensor) else output[0]
    kernel = sizes(kernel_size, spatial)
    strides = kernel if stride is None or stride == [] else sizes(stride, spatial)
    borders = [(size, size) for size in sizes(padding, spatial)]
    attributes = window(kernel, strides, borders, sizes(dilation, spatial))
    _pool(trace, Op.MAX_POOL, first, input, kernel, attributes)
    if first is not output:
        trace.also(output[1:], first)


def avg_pool(
    spatial: int,
    trace: Tracer,
    output: Tensor,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    *_: Any,
    **__: Any,
) -> None:
    """The mean of each window; whether padded zeros count matters only with padding."""
    kernel = sizes(kernel_size, spatial)
    strides = kernel if stride is None or stride == [] else sizes(stride, spatial)
    borders = [(size, size) for size in sizes(padding, spatial)]
    attributes = window(kernel, strides, borders, (1,) * spatial)
    padded = any(size for border in borders for size in border)
    details = {} if count_include_pad or not padded else {"count_include_pad": False}
    _pool(trace, Op.AVG_POOL, output, input, kernel, attributes, **details)


def adaptive_pool(
    op: Op, spatial: int, trace: Tracer, output: Any, input: Tensor, *_: Any, **__: Any
) -> None:
    """Pooling to a given size: windows of one size where the sizes divide evenly."""
    first = output if isinstance(output, Tensor) else output[0]
    before, after = input.shape[-spatial:], first.shape[-spatial:]
    if before == after:
        trace.same(first, input)
    elif all(old % new == 0 for old, new in zip(before, after, strict=True)):
        kernel = [old // new for old, new in zip(before, after, strict=True)]
        attributes = window(kernel, kernel, [(0, 0)] * spatial, (1,) * spatial)
        _pool(trace, op, first, input, kernel, attributes)
    else:
        axis = first.dim() - spatial - 1
        trace.emit(op, (input,), first, axis=axis, read_axis=axis, details={"adaptive": True})
    if first is not output:
        trace.also(output[1:], first)


_GLOBAL = {Op.MAX_POOL: Op.GLOBAL_MAX_POOL, Op.AVG_POOL: Op.GLOBAL_AVG_POOL}


def _pool(
    trace: Tracer,
    op: Op,
    output: Tensor,
    input: Tensor,
    kernel: Sequence[int],
    attributes: tuple[int, ...],
    **details: Any,
) -> None:
    """A pooling node; one whose single window is the whole map is global."""
    spatial = len(kernel)
    axis = output.dim() - spatial - 1
    covers = tuple(kernel) == tuple(input.shape[-spatial:]) and not any(attributes[4:8])
    if covers and all(size == 1 for size in output.shape[-spatial:]):
        op, attributes, details = _GLOBAL[op], NO_ATTRIBUTES, {}
    trace.emit(
        op, (input,), output, axis=axis, read_axis=axis, attributes=attributes, details=details
    )


for _spatial in (1, 2, 3):
    RULES[f"max_pool{_spatial}d"] = partial(max_pool, _spatial)
    RULES[f"max_pool{_spatial}d_with_indices"] = partial(max_pool, _spatial)
    RULES[f"avg_pool{_spatial}d"] = partial(avg_pool, _spatial)
    RULES[f"adaptive_avg_pool{_spatial}d"] = partial(adaptive_pool, Op.AVG_POOL, _spatial)
    RULES[f"adaptive_max_pool{_spatial}d"] = partial(adaptive_pool, Op.MAX_POOL, _spatial)
    RULES[f"adaptive_max_pool{_spatial}d_with_indices"] = partial(
        adaptive_pool, Op.MAX_POOL, _spatial
    )
