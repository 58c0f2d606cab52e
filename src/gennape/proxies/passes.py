"""Passes over a network that several proxies share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from gennape.utils.errors import GennapeError

ActivationCodes = npt.NDArray[np.uint8]
"""One row a ReLU unit, `(units, ceil(samples / 8))`: the samples it fires for, as bits."""

_RELUS = frozenset(
    {F.relu, F.relu6, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_, F.hardtanh}
)
WEIGHTED = (nn.modules.conv._ConvNd, nn.Linear)
"""Kinds of layers whose weights are counted."""


class MissingScore(GennapeError):
    """Why a network has no score, in one clause."""


@dataclass(frozen=True)
class LayerGradient:
    """Convolution or linear layer after a backward pass.

    Attributes:
        weight: Its weights.
        gradient: Of the loss, in the same shape; zeros where the loss does not depend on it.
        output_saliency: For each sample and output channel the sum over places of output
            times gradient by it, `(samples, channels)`.
    """

    weight: Tensor
    gradient: Tensor
    output_saliency: Tensor


class FunctionWatch(TorchFunctionMode):
    """Mode that shows every call of PyTorch's functions, its arguments and its result."""

    def __init__(self, see: Callable[[Any, Sequence[Any], Mapping[str, Any], Any], None]) -> None:
        super().__init__()
        self._see = see

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call `func` and show it."""
        result = func(*args, **(kwargs or {}))
        self._see(func, args, kwargs or {}, result)
        return result


def activation_codes(module: nn.Module, images: Tensor) -> ActivationCodes:
    """Record which ReLU units fire for which images.

    Counted are ReLU and ReLU6, as modules and as functions, wherever they stand.

    Raises:
        MissingScore: The network has none.
    """
    codes: list[ActivationCodes] = []

    def see(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
        if func in _RELUS and (func is not F.hardtanh or kwargs.get("min_val") == 0):
            fires = (result > 0).reshape(len(result), -1).numpy(force=True)
            codes.append(np.ascontiguousarray(np.packbits(fires, axis=0).T))

    with torch.no_grad(), FunctionWatch(see):
        module(images)
    if not codes:
        raise MissingScore("the network has no ReLU or ReLU6, whose patterns it counts")
    return np.concatenate(codes)


@dataclass(frozen=True)
class InputGradients:
    """Reaction of a network's outputs to its input.

    Attributes:
        by_image: Gradients of the sum of the outputs, `(samples, pixels)`.
        outputs: Outputs for one image.
    """

    by_image: Tensor
    outputs: int


def input_gradients(network: Callable[[Tensor], Tensor], images: Tensor) -> InputGradients:
    """Compute the gradients of the summed outputs by the images."""
    images = images.clone().requires_grad_(True)
    outputs = network(images)
    (gradient,) = torch.autograd.grad(outputs.sum(), images)
    return InputGradients(gradient.flatten(1), outputs[0].numel())


def weighted_layers(module: nn.Module) -> list[nn.Module]:
    """List convolutions and linear layers, each once.

    Raises:
        MissingScore: The network has none.
    """
    layers: list[nn.Module] = [layer for layer in module.modules() if isinstance(layer, WEIGHTED)]
    if not layers:
        raise MissingScore("the network has no convolution and no linear layer")
    return layers


def layer_weights(module: nn.Module) -> list[nn.Parameter]:
    """List the weights of all convolutions and linear layers, shared ones once."""
    weights = {id(layer.weight): layer.weight for layer in weighted_layers(module)}
    return [weight for weight in weights.values() if isinstance(weight, nn.Parameter)]


def layer_gradients(module: nn.Module, loss: Callable[[], Tensor]) -> list[LayerGradient]:
    """Compute the gradients of a loss by the weights and the outputs of each layer."""
    weights = layer_weights(module)
    saliency: dict[int, Tensor] = {}

    def watch(layer: Any, arguments: Any, output: Tensor) -> Tensor:
        """Keep the output's saliency; what follows may work on its copy in place."""
        value = output.detach()  # a hook that held the output would never be freed

        def keep(gradient: Tensor) -> None:
            product = value * gradient
            channels_last = isinstance(layer, nn.Linear)
            places = range(1, product.ndim - 1) if channels_last else range(2, product.ndim)
            found = product.sum(tuple(places)) if places else product
            saliency[id(layer.weight)] = saliency.get(id(layer.weight), 0) + found

        if output.requires_grad:
            output.register_hook(keep)  # type: ignore[no-untyped-call]
        return output.clone()

    hooks = [layer.register_forward_hook(watch) for layer in weighted_layers(module)]
    try:
        gradients = torch.autograd.grad(loss(), weights, allow_unused=True)
    finally:
        for hook in hooks:
            hook.remove()
    return [
        LayerGradient(
            weight.detach(),
            torch.zeros_like(weight) if gradient is None else gradient,
            saliency.get(id(weight), torch.zeros(1, 1)),
        )
        for weight, gradient in zip(weights, gradients, strict=True)
    ]
