"""Fuzzy clusters: overlapping clusters of embeddings.

Source: Bezdek (1981), as the GENNAPE paper uses it: one head a cluster, the prediction
is the membership-weighted sum of the heads.
"""

import numpy as np

from gennape.utils.array_types import FloatArray


def memberships(points: FloatArray, centres: FloatArray, fuzzifier: float) -> FloatArray:
    """Compute how much each point belongs to each cluster.

    `U_j(x) = 1 / sum_k (||x - c_j|| / ||x - c_k||)^(2 / (m - 1))`; a point on a
    centre belongs to it alone.

    Args:
        points: `(points, features)`.
        centres: Cluster centres, `(clusters, features)`.
        fuzzifier: The exponent m > 1; near 1 memberships are hard, large ones are even.

    Returns:
        `(points, clusters)`; rows sum to one.
    """
    squared = np.empty((len(points), len(centres)), dtype=points.dtype)
    for cluster, centre in enumerate(centres):
        steps = points - centre
        squared[:, cluster] = np.einsum("pf,pf->p", steps, steps)
    # In logarithms, so that no distance however small or large overflows the power.
    logits = np.log(np.maximum(squared, 1e-30)) / (1 - fuzzifier)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return shares
