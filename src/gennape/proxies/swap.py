"""SWAP: number of different sample-wise activation patterns."""

import math

import numpy as np

from gennape.proxies.passes import ActivationCodes
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy

MU = SIGMA = 40.0
"""Constants of the regularisation, as the paper chose them for CIFAR-10."""


def swap(network: PreparedNetwork) -> float:
    """Compute the SWAP-Score.

    It is the number of different sample-wise activation patterns: the pattern of a ReLU unit is
    the set of images of the batch for which it fires.

    - Source: Peng et al., "SWAP-NAS: Sample-Wise Activation Patterns for Ultra-fast NAS"
      (ICLR 2024), section 3.
    - Needs: images and ReLUs (ReLU6 counts, other activations do not); one forward pass,
      shared with `naswot`. With few images the patterns run out: there are 2^samples.

    Raises:
        MissingScore: The network has no ReLU.
    """
    return float(_different(network.activation_codes()))


def swap_reg(network: PreparedNetwork) -> float:
    """Compute the logarithm of the regularised SWAP-Score.

    `log(SWAP * exp(-(P - mu)^2 / sigma))` with the parameters `P` in millions and
    `mu = sigma = 40`. The logarithm keeps the order, where the factor itself would be zero
    for large networks.

    - Source: Peng et al. (ICLR 2024), section 3. `mu` and `sigma` are the user's
      there: they steer a search towards a size. The paper's unit is a thousand parameters
      of a small stand-in of the cell; these are whole networks, and below 40 million
      parameters the factor prefers the larger of two.
    - Needs: as `swap`.

    Raises:
        MissingScore: The network has no ReLU.
    """
    millions = network.graph.parameters / 1e6
    return math.log(swap(network)) - (millions - MU) ** 2 / SIGMA


def _different(codes: ActivationCodes) -> int:
    """Count the different rows."""
    rows = codes.view(np.dtype((np.void, codes.shape[1])))
    words = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}  # sorted much faster
    return len(np.unique(codes.view(words[codes.shape[1]]) if codes.shape[1] in words else rows))


SWAP = Proxy("swap", swap)
SWAP_REG = Proxy("swap_reg", swap_reg)
