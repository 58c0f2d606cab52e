"""NASWOT: difference of the ReLUs' patterns from image to image."""

import numpy as np

from gennape.proxies.passes import ActivationCodes, MissingScore
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy
from gennape.utils.array_types import FloatArray

_UNITS_AT_ONCE = 1 << 18


def naswot(network: PreparedNetwork) -> float:
    """Compute the log determinant of the images' agreement.

    `log |det K|`, `K_ij` = number of ReLU units that fire for both or for neither of the
    images `i` and `j`. Images with different codes make it large.

    - Source: Mellor et al., "Neural Architecture Search without Training" (ICML 2021),
      eq. 2; also called NWOT.
    - Needs: images and ReLUs (ReLU6 counts, as in the authors' code; other activations do
      not); one forward pass, shared with `swap`.

    Raises:
        MissingScore: The network has no ReLU, or two images have the same code.
    """
    codes = network.activation_codes()
    sign, logarithm = np.linalg.slogdet(kernel(codes, len(network.batch)))
    if sign <= 0 or not np.isfinite(logarithm):
        raise MissingScore("two images make the same ReLUs fire")
    return float(logarithm)


def kernel(codes: ActivationCodes, samples: int) -> FloatArray:
    """Count the units on which each pair of images agrees, `(samples, samples)`."""
    both = np.zeros((samples, samples))
    for first in range(0, len(codes), _UNITS_AT_ONCE):
        chunk = codes[first : first + _UNITS_AT_ONCE]
        fires = np.unpackbits(chunk, axis=1, count=samples).astype(np.float32)
        both += fires.T @ fires  # exact: counts below 2^24
    count = both.diagonal()
    return len(codes) - count[:, None] - count[None, :] + 2 * both


NASWOT = Proxy("naswot", naswot)
