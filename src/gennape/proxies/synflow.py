"""Synflow: signal that the weights let through."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode

from gennape.proxies.passes import MissingScore, layer_weights
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy


class _WithoutBatchNorm(TorchFunctionMode):
    """Mode in which batch norms give back their input."""

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        return args[0] if func is F.batch_norm else func(*args, **(kwargs or {}))


def synflow(network: PreparedNetwork) -> float:
    """Compute the logarithm of the synaptic flow.

    `log sum |theta * dR/dtheta|` over the weights of convolutions and linear layers, where
    `R` is the sum of the outputs for an image of ones when every parameter is replaced by
    its absolute value and batch norms are left out.

    - Source: Tanaka et al., "Pruning neural networks without any data by iteratively
      conserving synaptic flow" (NeurIPS 2020), eq. 1 and 2; as a proxy without batch norm:
      Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS" (ICLR 2021).
    - Needs: no data, no labels; one forward and one backward pass of a single image.
    - Numbers: float64, and the logarithm keeps the order and fits deep networks.

    Raises:
        MissingScore: No weight lets a signal through.
    """
    ones = torch.ones(1, *network.batch.images.shape[1:], dtype=torch.float64)
    rewritten = network.rewritten(network.module, _without_signs, ones.dtype)
    with rewritten as module, _WithoutBatchNorm():
        weights = layer_weights(module)
        total = network.outputs(module, ones).sum()
        gradients = torch.autograd.grad(total, weights, allow_unused=True)
        flow = sum(
            float((weight.detach() * gradient).abs().sum())
            for weight, gradient in zip(weights, gradients, strict=True)
            if gradient is not None
        )
    if flow == 0:
        raise MissingScore("no signal reaches the output through any weight")
    return math.log(flow)


def _without_signs(layer: nn.Module) -> None:
    for parameter in layer.parameters(recurse=False):
        parameter.abs_()


SYNFLOW = Proxy("synflow", synflow)
