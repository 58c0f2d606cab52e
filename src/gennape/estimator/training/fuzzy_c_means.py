"""Fuzzy c-means: finds the centres of fuzzy clusters."""

import numpy as np
import torch

from gennape.estimator.models.fuzzy_clusters import memberships
from gennape.utils.array_types import FloatArray


def fit_centres(
    points: FloatArray,
    clusters: int,
    fuzzifier: float,
    seed: int = 0,
    tolerance: float = 1e-6,
    max_iterations: int = 300,
) -> FloatArray:
    """Find the centres of clusters by alternating optimisation.

    Starts from centres spread by k-means++ and ends when memberships move less than
    `tolerance` or after `max_iterations`.

    Args:
        points: `(points, features)`.
        clusters: Number of clusters, at least 1 and at most the number of points.
        fuzzifier: The exponent m > 1.
        seed: Of the starting centres.
        tolerance: Largest change of a membership at which it stops.
        max_iterations: Upper bound on the rounds.

    Returns:
        `(clusters, features)`.

    Raises:
        ValueError: An argument is out of its range.
    """
    if not 1 <= clusters <= len(points):
        raise ValueError(f"cannot find {clusters} clusters among {len(points)} points")
    if fuzzifier <= 1:
        raise ValueError(f"the fuzzifier must be above 1, not {fuzzifier}")
    centres = _spread_centres(points, clusters, seed)
    before = memberships(points, centres, fuzzifier)
    for _ in range(max_iterations):
        weights = before**fuzzifier
        totals = np.maximum(weights.sum(axis=0, dtype=np.float64), 1e-30)
        centres = (weights.T @ points / totals[:, None]).astype(points.dtype)
        after = memberships(points, centres, fuzzifier)
        change = np.abs(after - before).max()
        before = after
        if change < tolerance:
            break
    return centres


def _spread_centres(points: FloatArray, clusters: int, seed: int) -> FloatArray:
    """Starting centres: each next one far from those chosen (k-means++).

    They are drawn by PyTorch's generator, as everything random in training.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen = [int(torch.randint(len(points), (1,), generator=generator))]
    nearest = np.full(len(points), np.inf, dtype=points.dtype)
    for _ in range(clusters - 1):
        nearest = np.minimum(nearest, np.square(points - points[chosen[-1]]).sum(axis=1))
        weights = torch.from_numpy(nearest if nearest.any() else np.ones_like(nearest))
        chosen.append(int(torch.multinomial(weights, 1, generator=generator)))
    return points[chosen]
