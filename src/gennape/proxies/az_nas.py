"""AZ-NAS: three proxies of a network's blocks, and a vote of their ranks and the MACs.

Source: Lee and Ham, "AZ-NAS: Assembling Zero-Cost Proxies for Network Architecture Search"
(CVPR 2024), section 3. All three proxies share one pass: a batch of noise forward through
the network with normal weights by fan-in, and random signs back through each block; see
`gennape.proxies.blocks` for what a block is. They need neither data nor labels, but the
network's graph. The published score of a pool of networks is the sum over these and the MACs
of `log(rank / networks)`: `rank_vote`.
"""

import numpy as np

from gennape.proxies.passes import MissingScore
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy


def expressivity(network: PreparedNetwork) -> float:
    """Compute how evenly the features spread over their dimensions.

    `sum_b H_b` over the features between blocks, with the entropy `H_b = - sum_i p_i log
    p_i` of the eigenvalues of the channels' covariance, as shares of their sum.

    Raises:
        MissingScore: The network has no two blocks, or one is constant.
    """
    return float(np.sum(network.block_statistics().entropies))


def progressivity(network: PreparedNetwork) -> float:
    """Compute the least gain of expressivity over a block.

    `min_b (H_{b+1} - H_b)`

    Raises:
        MissingScore: The network has no two blocks, or one is constant.
    """
    return float(np.diff(network.block_statistics().entropies).min())


def trainability(network: PreparedNetwork) -> float:
    """Compute how evenly each block passes gradients back.

    `mean_b (2 - s_b - 1 / (s_b + 1e-6))` with the largest singular value `s_b` of the
    block's Jacobian, estimated from random signs, 0 at best, for `s_b = 1`.

    Raises:
        MissingScore: The network has no two blocks, or one is the identity, which the paper
            ranks last.
    """
    values = network.block_statistics().largest_singular_values
    if None in values:
        raise MissingScore("a block is the identity")
    return float(np.mean([2 - s - 1 / (s + 1e-6) for s in values if s is not None]))


EXPRESSIVITY = Proxy("expressivity", expressivity)
PROGRESSIVITY = Proxy("progressivity", progressivity)
TRAINABILITY = Proxy("trainability", trainability)
