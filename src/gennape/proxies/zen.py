"""Zen: reaction of the features to a small change of the input."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.proxies.initial_weights import set_standard_normal
from gennape.proxies.passes import FunctionWatch, MissingScore
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy

ALPHA = 0.01


def zen(network: PreparedNetwork) -> float:
    """Compute the Zen-Score.

    `log mean |f(x) - f(x + alpha e)|_1 + sum_l log sigma_l`: `f` are the feature maps
    before the global pooling, `x` and `e` standard normal, `alpha = 0.01`, all weights
    standard normal, and `sigma_l` the scale that batch norm `l` divides out, the root of
    the mean over channels of the variance it sees.

    - Source: Lin et al., "Zen-NAS: A Zero-Shot NAS for High-Performance Image Recognition"
      (ICCV 2021), algorithm 1; the 1-norm as in the authors' code. One draw of
      the weights, not 32. The authors remove residual connections; networks stay as they
      are here. Their code reads running variances in place of the batch's. A batch norm that
      sees only constants scales nothing and is left out.
    - Needs: no data, no labels; two forward passes.

    Raises:
        MissingScore: The network has no feature maps, or they do not react.
    """
    generator = network.generator()
    shape = network.batch.images.shape
    x, e = (torch.randn(shape, generator=generator) for _ in range(2))
    with network.rewritten(network.module, set_standard_normal) as module, torch.no_grad():
        features, scales = _features_and_scales(module, x)
        moved, _ = _features_and_scales(module, x + ALPHA * e)
    change = float((features - moved).abs().flatten(1).sum(dim=1).mean())
    if change == 0:
        raise MissingScore("the feature maps do not react to the input")
    return math.log(change) + sum(math.log(scale) for scale in scales if scale > 0)


def _features_and_scales(module: nn.Module, images: Tensor) -> tuple[Tensor, list[float]]:
    """Return the last maps of more than one pixel, and the scale of each batch norm's input."""
    last: list[Tensor] = []
    scales: list[float] = []

    def see(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
        if func is F.batch_norm:
            others = [axis for axis in range(args[0].ndim) if axis != 1]
            scales.append(float(args[0].var(others, correction=0).mean().sqrt()))
        if isinstance(result, Tensor) and result.ndim == 4 and result[0, 0].numel() > 1:
            last[:] = [result]

    with FunctionWatch(see):
        module(images)
    if not last:
        raise MissingScore("the network has no feature maps of more than one pixel")
    return last[0], scales


ZEN = Proxy("zen", zen)
