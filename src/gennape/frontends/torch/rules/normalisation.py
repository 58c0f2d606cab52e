"""Rules for normalisation layers."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES


@traces("batch_norm")
def batch_norm(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Write batch normalisation of the channels in dimension 1."""
    _norm(trace, Op.BATCH_NORM, output, input, weight, bias, axis=1)


@traces("aten.batch_norm native_batch_norm_legit_no_training cudnn_batch_norm")
def aten_batch_norm(
    trace: Trace,
    output: Any,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    *_: Any,
    **__: Any,
) -> None:
    """Write the operator's norm, whose running statistics come after its weights."""
    first = output if isinstance(output, Tensor) else output[0]
    _norm(trace, Op.BATCH_NORM, first, input, weight, bias, axis=1)


@traces("instance_norm")
def instance_norm(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Write normalisation of every channel of every sample by itself."""
    _norm(trace, Op.INSTANCE_NORM, output, input, weight, bias, axis=1)


@traces("layer_norm native_layer_norm")
def layer_norm(
    trace: Trace,
    output: Any,
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Write normalisation over the last dimensions; details tell if it is more than one."""
    first = output if isinstance(output, Tensor) else output[0]
    if len(normalized_shape) == 1:
        _norm(trace, Op.LAYER_NORM, first, input, weight, bias, axis=input.dim() - 1)
    else:
        axis = trace.axis(input)
        shape = list(normalized_shape)
        _norm(trace, Op.LAYER_NORM, first, input, weight, bias, axis, normalized_shape=shape)


@traces("rms_norm")
def rms_norm(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Write division by the root mean square over the last dimension."""
    _norm(trace, Op.RMS_NORM, output, input, weight, None, axis=input.dim() - 1)


@traces("group_norm")
def group_norm(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Write normalisation of groups of channels."""
    _norm(trace, Op.GROUP_NORM, output, input, weight, bias, axis=1, groups=num_groups)


def _norm(
    trace: Trace,
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
