"""Rules for convolution, linear and embedding layers."""

from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules.windows import Size, depth, sizes, window
from gennape.frontends.torch.tensors import Tensor
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS


@traces("conv1d conv2d conv3d")
def convolution(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> None:
    """Write convolution; padding given as a word is resolved to numbers."""
    kernel = tuple(weight.shape[2:])
    count = len(kernel)
    dilations = sizes(dilation, count)
    if isinstance(padding, str):
        total = [
            d * (k - 1) if padding == "same" else 0 for k, d in zip(kernel, dilations, strict=True)
        ]
        borders = [(size // 2, size - size // 2) for size in total]
    else:
        borders = [(size, size) for size in sizes(padding, count)]
    strides = sizes(stride, count)
    attributes = window(
        kernel,
        stride=strides,
        padding=borders,
        dilation=dilations,
        groups=groups,
        bias=bias is not None,
    )
    details = depth(kernel, strides, borders, dilations)
    _weighted(trace, Op.CONV, output, input, weight, bias, attributes, count, details)


@traces("conv_transpose1d conv_transpose2d conv_transpose3d")
def transposed_convolution(
    trace: Trace,
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
    """Write transposed convolution; the output padding shows in the output shape."""
    kernel = tuple(weight.shape[2:])
    count = len(kernel)
    borders = [(size, size) for size in sizes(padding, count)]
    attributes = window(
        kernel,
        stride=sizes(stride, count),
        padding=borders,
        dilation=sizes(dilation, count),
        groups=groups,
        bias=bias is not None,
    )
    details = depth(kernel, sizes(stride, count), borders, sizes(dilation, count))
    if details and any(sizes(output_padding, count)):
        details["output_padding"] = list(sizes(output_padding, count))
    _weighted(trace, Op.CONV_TRANSPOSE, output, input, weight, bias, attributes, count, details)


@traces("deform_conv2d")
def deformable_convolution(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    weight: Tensor,
    offset: Tensor,
    mask: Tensor,
    bias: Tensor,
    *sizes: Any,
) -> None:
    """Write a convolution at computed places, an operator of torchvision."""
    pairs = [sizes[place : place + 2] for place in (0, 2, 4)]
    stride, padding, dilation = pairs
    attributes = window(
        tuple(weight.shape[2:]),
        stride=stride,
        padding=[(size, size) for size in padding],
        dilation=dilation,
        groups=sizes[6],
        bias=bool(bias.numel()),
    )
    inputs = (input, offset, mask) if sizes[8] else (input, offset)
    trace.emit(
        Op.CONV,
        inputs,
        output,
        axis=1,
        read_axis=1,
        attributes=attributes,
        weights=(weight, bias),
        details={"not_executable": "its places are computed"},
    )


@traces("convolution")
def any_convolution(
    trace: Trace,
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
    """Write the one operator into which programs decompose every convolution."""
    if transposed:
        transposed_convolution(
            trace, output, input, weight, bias, stride, padding, output_padding, groups, dilation
        )
    else:
        convolution(trace, output, input, weight, bias, stride, padding, dilation, groups)


def _weighted(
    trace: Trace,
    op: Op,
    output: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    attributes: tuple[int, ...],
    spatial: int,
    details: dict[str, Any],
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
        details=details,
    )


@traces("linear")
def linear(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    transposed: bool = False,
) -> None:
    """Write a fully connected layer on the last dimension."""
    trace.emit(
        Op.LINEAR,
        (input,),
        output,
        axis=output.dim() - 1,
        read_axis=input.dim() - 1,
        attributes=NO_ATTRIBUTES if bias is None else WITH_BIAS,
        weights=(weight, bias),
        details={"transposed": True} if transposed else {},
    )


@traces("embedding")
def embedding(
    trace: Trace, output: Tensor, input: Tensor, weight: Tensor, *_: Any, **__: Any
) -> None:
    """Write rows of a table, looked up by the input."""
    trace.emit(
        Op.EMBEDDING,
        (input,),
        output,
        axis=output.dim() - 1,
        weights=(weight,),
        details={"rows": weight.shape[0]},
    )


@traces("aten.embedding")
def aten_embedding(
    trace: Trace, output: Tensor, weight: Tensor, indices: Tensor, *_: Any, **__: Any
) -> None:
    """Write the operator, which has the table first."""
    embedding(trace, output, indices, weight)


@traces("embedding_bag")
def embedding_bag(trace: Trace, output: Any, *args: Any, **_: Any) -> None:
    """Write sums or means of rows of a table; the operator has the table first."""
    first = output if isinstance(output, Tensor) else output[0]
    input, weight = sorted(args[:2], key=lambda tensor: tensor.is_floating_point())
    details = {"rows": weight.shape[0], "not_executable": "bags of rows are summed"}
    trace.emit(
        Op.EMBEDDING, (input,), first, axis=first.dim() - 1, weights=(weight,), details=details
    )
    if first is not output:
        trace.also(output[1:], first)
