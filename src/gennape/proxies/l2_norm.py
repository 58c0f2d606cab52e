"""L2_norm: how large the initial weights are."""

from gennape.proxies.candidate import Candidate
from gennape.proxies.passes import layer_weights
from gennape.proxies.proxy import Proxy


def l2_norm(candidate: Candidate) -> float:
    """Norms of the weights, summed.

    `sum_l ||W_l||_2` over convolutions and linear layers `l`: a count of layers, weighted
    by their widths.

    - Source: code of Abdelfattah et al. (ICLR 2021), `l2_norm`.
    - Needs: nothing but the weights.
    """
    return sum(float(weight.detach().norm()) for weight in layer_weights(candidate.module))


L2_NORM = Proxy("l2_norm", l2_norm)
