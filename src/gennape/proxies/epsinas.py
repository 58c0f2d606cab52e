"""Epsinas: how much the outputs' shape depends on the size of constant weights."""

from functools import partial

import torch
from torch import Tensor

from gennape.proxies.candidate import Candidate
from gennape.proxies.initial_weights import set_constant
from gennape.proxies.missing import MissingScore
from gennape.proxies.proxy import Proxy

WEIGHTS = (1e-7, 1.0)


def epsinas(candidate: Candidate) -> float:
    """Epsilon metric.

    `mean |p - q| / mean (p + q) / 2`, where `p` and `q` are the outputs for one batch,
    scaled to [0, 1], when all weights (those of batch norms too) are 1e-7, then 1, and all
    biases 0.

    - Source: Gracheva, "Neural Architecture Search: Two Constant Shared Weights
      Initialisations" (arXiv 2302.04406), with the weights of its experiments; float32,
      whose underflow is part of the published numbers.
    - Needs: images, no labels; two forward passes.

    Raises:
        MissingScore: The outputs for all images are the same, or infinite.
    """
    small, large = (_scaled_outputs(candidate, weight) for weight in WEIGHTS)
    return float((small - large).abs().mean() / ((small + large) / 2).mean())


def _scaled_outputs(candidate: Candidate, weight: float) -> Tensor:
    rewrite = partial(set_constant, weight=weight)
    with candidate.rewritten(candidate.module, rewrite) as module, torch.no_grad():
        outputs = candidate.outputs(module, candidate.batch.images)
    lowest, highest = outputs.aminmax()
    if not (lowest.isfinite() and highest.isfinite()):
        raise MissingScore(f"the outputs are infinite when all weights are {weight:g}")
    if lowest == highest:
        raise MissingScore(f"the outputs are all the same when all weights are {weight:g}")
    return (outputs - lowest) / (highest - lowest)


EPSINAS = Proxy("epsinas", epsinas)
