"""Writes one call down: which nodes it adds, or which parameters its result comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

from gennape.frontends.torch import rules  # noqa: F401 (importing them registers them)
from gennape.frontends.torch.registry import TorchFunction
from gennape.frontends.torch.tensors import Tensor, is_packed
from gennape.frontends.torch.trace import Trace
from gennape.frontends.torch.traced_values import TracedTensor, tensors_in
from gennape.graph import Op

PRODUCTS = frozenset(
    {
        "matmul",
        "rmatmul",
        "mm",
        "bmm",
        "addmm",
        "baddbmm",
        "linear",
        "einsum",
        "convolution",
        "conv1d",
        "conv2d",
        "conv3d",
        "scaled_dot_product_attention",
    }
)
"""Functions that multiply and add."""


def write_call(
    trace: Trace,
    function: TorchFunction,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    output: Any,
) -> None:
    """Write down a call that was made.

    Args:
        trace: The trace.
        function: What was called.
        args: Its arguments.
        kwargs: Those by name.
        output: Its result.
    """
    tensors, outputs = tensors_in([*args, *kwargs.values()]), tensors_in([output])
    if not function.in_place:
        trace.views.note(function, args, kwargs, output)
    dynamic = any(map(trace.depends_on_input, tensors))
    if not dynamic and not _is_work(trace, function, tensors, outputs):
        trace.derive(outputs, tensors)
        return
    target = args[0] if args else None
    before = trace.value(target)
    if function.rule is not None:
        function.rule(trace, output, *args, **kwargs)
    else:
        _write_unknown(trace, function.name, [*args, *kwargs.values()], output)
    after = trace.value(target)
    if isinstance(target, Tensor) and _node_of(after) != _node_of(before):
        trace.views.spread(trace, target)


def _is_work(
    trace: Trace, function: TorchFunction, tensors: list[Tensor], outputs: list[Tensor]
) -> bool:
    """Tell whether learned tensors are multiplied: that is work, though no input changes it.

    Products with vectors are not, as they normalise weights.
    """
    return (
        function.name in PRODUCTS and outputs[0].dim() > 1 and any(map(trace.is_learned, tensors))
    )


def _write_unknown(trace: Trace, name: str, arguments: list[Any], output: Any) -> None:
    """Write a function outside the vocabulary as one node with its name."""
    tensors = tensors_in(arguments)
    first, *others = tensors_in([output]) or tensors
    details: dict[str, Any] = {"function": name}
    if any(map(trace.is_learned, tensors)) or any(map(is_packed, arguments)):
        details["lower_bound"] = True
    trace.emit(Op.OTHER, tensors, first, details=details)
    if output is not None:
        trace.also(others, first)


def _node_of(value: TracedTensor | None) -> object:
    """Return the node of a value; that of a slice appears at its first use, and is no change."""
    return None if value is None else value.node
