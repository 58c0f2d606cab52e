"""Jacob_cov: how differently a network reacts to different images."""

import numpy as np

from gennape.proxies.passes import MissingScore
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy
from gennape.utils.array_types import FloatArray

_K = 1e-5


def jacov(network: PreparedNetwork) -> float:
    """Compute the Jacobian covariance.

    `- sum_i (log(v_i + k) + 1 / (v_i + k))` with `k = 1e-5`, where `v` are the eigenvalues
    of the correlations between the images' gradients of the summed outputs by the pixels.
    Gradients that differ from image to image score high.

    - Source: Mellor et al., "Neural Architecture Search without Training" (first version,
      arXiv 2006.04647v1); `jacob_cov` of Abdelfattah et al. (ICLR 2021).
    - Needs: images; one forward and one backward pass, shared with `epe_nas`.

    Raises:
        MissingScore: The output does not depend on an image.
    """
    eigenvalues = np.linalg.eigvalsh(
        correlations(network.input_gradients().by_image.double().numpy())
    )
    shifted = eigenvalues.clip(min=0) + _K
    return -float((np.log(shifted) + 1 / shifted).sum())


def correlations(gradients: FloatArray) -> FloatArray:
    """Compute Pearson's correlations between images' gradients, `(samples, samples)`.

    Raises:
        MissingScore: A gradient is the same for all pixels.
    """
    if (gradients.std(axis=1) == 0).any():
        raise MissingScore("the output does not depend on the pixels of an image")
    return np.atleast_2d(np.corrcoef(gradients))


JACOV = Proxy("jacov", jacov)
