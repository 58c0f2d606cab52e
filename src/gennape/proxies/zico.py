"""ZiCo: size and constancy of the gradients."""

import math

import torch

from gennape.proxies.passes import MissingScore, layer_weights
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy

BATCHES = 2


def zico(network: PreparedNetwork) -> float:
    """Compute the inverse coefficient of variation of gradients.

    `sum_l log sum_w mean_b |g_w| / std_b(g_w)` over convolutions and linear layers `l`
    and their weights `w`, where `g_w` is the gradient of the cross-entropy for each of two
    batches `b`, the halves of the batch given. Weights whose gradient does not vary are
    left out.

    - Source: Li et al., "ZiCo: Zero-shot NAS via Inverse Coefficient of Variation on
      Gradients" (ICLR 2023), section 3; two batches as in its experiments.
    - Needs: images and labels; one forward and one backward pass for each half.

    Raises:
        MissingScore: No gradient varies.
    """
    weights = layer_weights(network.module)
    by_batch = []
    for number in range(BATCHES):
        loss = network.loss(network.batch.part(number, BATCHES))
        by_batch.append(torch.autograd.grad(loss, weights, allow_unused=True))
    logarithms = []
    for gradients in zip(*by_batch, strict=True):
        if gradients[0] is None:
            continue
        stacked = torch.stack(gradients).double()
        deviation = stacked.std(dim=0, correction=0)
        varies = deviation > 0
        total = float((stacked.abs().mean(dim=0)[varies] / deviation[varies]).sum())
        if total > 0:
            logarithms.append(math.log(total))
    if not logarithms:
        raise MissingScore("no gradient varies between batches")
    return sum(logarithms)


ZICO = Proxy("zico", zico)
