"""EPE-NAS: correlation of a network's reactions to images of one class."""

import numpy as np

from gennape.proxies.jacov import correlations
from gennape.proxies.passes import MissingScore
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy

_K = 1e-5
_MANY_CLASSES = 100


def epe_nas(network: PreparedNetwork) -> float:
    """Compute the intra- and inter-class correlation of gradients.

    For each class `c` with at least two images, `s_c = sum log(|r| + k)` over all entries
    of the correlations `r` between its images' gradients, `k = 1e-5`. Up to 100 classes
    the score is `sum_c |s_c|`; beyond that each `s_c` is divided by the class's images and
    the score is `sum_{c, d} |s_c - s_d|` over the number of classes seen.

    - Source: Lopes et al., "EPE-NAS: Efficient Performance Estimation Without Training for
      Neural Architecture Search" (ICANN 2021), section 3. A class with one image adds
      `log(1 + k)` there, which is next to nothing; here it adds nothing.
    - Needs: images and labels; one forward and one backward pass, shared with `jacov`.

    Raises:
        MissingScore: No class has two images, or the output does not depend on an image.
    """
    found = network.input_gradients()
    gradients, classes = found.by_image.double().numpy(), found.outputs
    labels = network.labels(network.batch, classes).numpy()
    seen = [label for label in np.unique(labels) if (labels == label).sum() > 1]
    if not seen:
        raise MissingScore("no class has two images in the batch")
    sums = []
    for label in seen:
        logarithms = np.log(np.abs(correlations(gradients[labels == label])) + _K)
        images = len(logarithms) if classes > _MANY_CLASSES else 1
        sums.append(logarithms.sum() / images)
    if classes <= _MANY_CLASSES:
        return float(np.abs(sums).sum())
    return float(np.abs(np.subtract.outer(sums, sums)).sum() / len(sums))


EPE_NAS = Proxy("epe_nas", epe_nas)
