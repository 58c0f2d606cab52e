"""Epsinas: how much the outputs' shape depends on the size of constant weights."""

from functools import partial

import torch
from torch import Tensor

from gennape.proxies.initial_weights import set_constant
from gennape.proxies.passes import MissingScore
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy

WEIGHTS = (1e-7, 1.0)


def epsinas(network: PreparedNetwork) -> float:
    """Compute the epsilon metric.

    `mean |p - q| / mean (p, q)`, where `p` and `q` are the outputs for one batch, scaled to
    [0, 1], when all weights (those of batch norms too) are 1e-7, then 1, and all biases 0.
    The zeros that the scaling makes of the lowest outputs are left out of both means.

    - Source: Gracheva, "Neural Architecture Search: Two Constant Shared Weights
      Initialisations" (arXiv 2302.04406), with the weights of its experiments; zeros are
      left out as in the authors' code.
    - Needs: images, no labels; two forward passes.
    - Numbers: float64. In float32, which the authors use, signals of weights of 1e-7 die out
      in deep networks without skip connections, 41 % of NAS-Bench-201, and the published
      correlations are those of the rest.

    Raises:
        MissingScore: With one of the weights the outputs are all the same or infinite, or no
            image is above the lowest output with both.
    """
    small, large = (_scaled_outputs(network, weight) for weight in WEIGHTS)
    compared = (small > 0) & (large > 0)
    if not compared.any():
        raise MissingScore("each image has the lowest output with one of the weights")
    difference = (small - large)[compared].abs().mean()
    both = torch.stack([small, large])
    return float(difference / both[both > 0].mean())


def _scaled_outputs(network: PreparedNetwork, weight: float) -> Tensor:
    rewrite = partial(set_constant, weight=weight)
    images = network.batch.images.double()
    rewritten = network.rewritten(network.module, rewrite, images.dtype)
    with rewritten as module, torch.no_grad():
        outputs = network.outputs(module, images)
    lowest, highest = outputs.aminmax()
    if not (lowest.isfinite() and highest.isfinite()):
        raise MissingScore(f"the outputs are infinite when all weights are {weight:g}")
    if lowest == highest:
        raise MissingScore(f"the outputs are all the same when all weights are {weight:g}")
    return (outputs - lowest) / (highest - lowest)


EPSINAS = Proxy("epsinas", epsinas)
