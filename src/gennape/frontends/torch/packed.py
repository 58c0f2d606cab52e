"""Packed weights of dynamically quantised layers: objects that are no tensors.

An operator that takes such an object is run as the function of PyTorch that it stands for, with
tensors of the weights' shapes in the place of the object.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gennape.frontends.torch.tensors import is_packed

Unpack = Callable[[Any], list[Tensor]]
"""Gives the tensors that stand for the weights in a packed object, the same ones every time."""


def unpacked_call(name: str, args: tuple[Any, ...], unpack: Unpack) -> Callable[[], Any] | None:
    """Return the call that an operator on packed weights stands for; None for other operators."""
    write = _CALLS.get(name)
    has_packed = any(is_packed(arg) or isinstance(arg, list) for arg in args[1:])
    return write(args, unpack) if write and has_packed else None


def weights_of(packed: Any) -> list[Tensor]:
    """Make meta tensors of the shapes of packed weights and biases."""
    if hasattr(packed, "unpack"):
        weight, bias = packed.unpack()
        tensors = [weight] if bias is None else [weight, bias]
        return [torch.empty(tensor.shape, device="meta") for tensor in tensors]
    linears = packed.__getstate__()[0][4]
    into, hidden = (weights_of(linear) for linear in linears)
    return [tensor for pair in zip(into, hidden, strict=True) for tensor in pair]


def _linear(args: tuple[Any, ...], unpack: Unpack) -> Callable[[], Any]:
    return lambda: F.linear(args[0], *unpack(args[1]))


def _linear_relu(args: tuple[Any, ...], unpack: Unpack) -> Callable[[], Any]:
    return lambda: F.relu(F.linear(args[0], *unpack(args[1])))


def _recurrent(
    function: Callable[..., Any],
) -> Callable[[tuple[Any, ...], Unpack], Callable[[], Any]]:
    """Return the rule of a recurrent layer: x, states, packed weights of all layers, settings."""

    def write(args: tuple[Any, ...], unpack: Unpack) -> Callable[[], Any]:
        x, states, packed, *settings = args
        weights = [tensor for layer in packed for tensor in unpack(layer)]
        return lambda: function(x, states, weights, *settings[:6])

    return write


_CALLS: dict[str, Callable[[tuple[Any, ...], Unpack], Callable[[], Any]]] = {
    "linear_dynamic": _linear,
    "linear_relu_dynamic": _linear_relu,
    "quantized_lstm": _recurrent(torch.lstm),
    "quantized_gru": _recurrent(torch.gru),
}
