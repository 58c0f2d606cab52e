"""L2_norm: size of the initial weights."""

from gennape.proxies.passes import layer_weights
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy


def l2_norm(network: PreparedNetwork) -> float:
    """Sum the norms of the weights.

    `sum_l ||W_l||_2` over convolutions and linear layers `l`: a count of layers, weighted
    by their widths.

    - Source: code of Abdelfattah et al. (ICLR 2021), `l2_norm`.
    - Needs: nothing but the weights.
    """
    return sum(float(weight.detach().norm()) for weight in layer_weights(network.module))


L2_NORM = Proxy("l2_norm", l2_norm)
