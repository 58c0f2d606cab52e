"""Rules for normalisation layers."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.tensors import Tensor
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
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> None:
    """Write batch normalisation of the channels in dimension 1."""
    details = {} if running_mean is not None else {"batch_statistics": True}
    buffers = (running_mean, running_var)
    _norm(trace, Op.BATCH_NORM, output, input, weight, bias, 1, *buffers, eps=eps, details=details)


@traces("aten.batch_norm native_batch_norm_legit_no_training cudnn_batch_norm")
def aten_batch_norm(
    trace: Trace,
    output: Any,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    *settings: Any,
) -> None:
    """Write the operator's norm, whose running statistics come after its weights."""
    first = output if isinstance(output, Tensor) else output[0]
    floats = [value for value in settings if isinstance(value, float)]  # momentum and eps
    eps = floats[1] if len(floats) > 1 else 1e-5
    buffers = (running_mean, running_var)
    _norm(trace, Op.BATCH_NORM, first, input, weight, bias, 1, *buffers, eps=eps)


@traces("instance_norm")
def instance_norm(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> None:
    """Write normalisation of every channel of every sample by itself."""
    details = {} if use_input_stats else {"not_executable": "it uses running statistics"}
    _norm(trace, Op.INSTANCE_NORM, output, input, weight, bias, 1, eps=eps, details=details)


@traces("layer_norm native_layer_norm")
def layer_norm(
    trace: Trace,
    output: Any,
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    *_: Any,
    **__: Any,
) -> None:
    """Write normalisation over the last dimensions; details tell if it is more than one."""
    first = output if isinstance(output, Tensor) else output[0]
    if len(normalized_shape) == 1:
        _norm(trace, Op.LAYER_NORM, first, input, weight, bias, input.dim() - 1, eps=eps)
    else:
        axis = trace.axis(input)
        details = {"normalized_shape": list(normalized_shape)}
        _norm(trace, Op.LAYER_NORM, first, input, weight, bias, axis, eps=eps, details=details)


@traces("rms_norm")
def rms_norm(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    eps: float | None = None,
) -> None:
    """Write division by the root mean square over the last dimension."""
    shape = list(normalized_shape)
    details: dict[str, Any] = {"normalized_shape": shape} if len(shape) > 1 else {}
    if eps is not None:
        details["eps"] = eps
    _norm(trace, Op.RMS_NORM, output, input, weight, None, input.dim() - 1, details=details)


@traces("group_norm")
def group_norm(
    trace: Trace,
    output: Tensor,
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> None:
    """Write normalisation of groups of channels."""
    _norm(trace, Op.GROUP_NORM, output, input, weight, bias, 1, groups=num_groups, eps=eps)


def _norm(
    trace: Trace,
    op: Op,
    output: Tensor,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    axis: int,
    *buffers: Tensor | None,
    groups: int = 1,
    eps: float = 1e-5,
    details: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    if eps != 1e-5:
        details = {**details, "eps": eps}
    trace.emit(
        op,
        (input,),
        output,
        axis=axis,
        read_axis=axis,
        attributes=(*NO_ATTRIBUTES[:-2], groups, int(bias is not None)),
        weights=(weight, bias, *buffers),
        details=details,
    )
