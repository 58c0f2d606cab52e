"""Fuzzy c-means: overlapping clusters of embeddings.

Source: Bezdek (1981), as the GENNAPE paper uses it: one head a cluster, the prediction
is the membership-weighted sum of the heads.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class FuzzyClusters:
    """Fitted clusters.

    Attributes:
        centres: Cluster centres, `(clusters, features)`.
        fuzzifier: The exponent m > 1; near 1 memberships are hard, large ones are even.
    """

    centres: Tensor
    fuzzifier: float

    def memberships(self, points: Tensor) -> Tensor:
        """How much each point belongs to each cluster; differentiable in `points`.

        `U_j(x) = 1 / sum_k (||x - c_j|| / ||x - c_k||)^(2 / (m - 1))`; a point on a
        centre belongs to it alone.

        Args:
            points: `(points, features)`.

        Returns:
            `(points, clusters)`; rows sum to one.
        """
        return memberships(points, self.centres, self.fuzzifier)


def memberships(points: Tensor, centres: Tensor, fuzzifier: float) -> Tensor:
    """Memberships of `points` in clusters with given `centres`; see `FuzzyClusters`."""
    squared = (points[:, None, :] - centres[None]).square().sum(dim=2)
    # In logarithms, so that no distance however small or large overflows the power.
    return torch.softmax(-squared.clamp(min=1e-30).log() / (fuzzifier - 1), dim=1)


def fit_clusters(
    points: Tensor,
    clusters: int,
    fuzzifier: float,
    seed: int = 0,
    tolerance: float = 1e-6,
    max_iterations: int = 300,
) -> FuzzyClusters:
    """Fuzzy c-means by alternating optimisation.

    Starts from centres spread by k-means++ and ends when memberships move less than
    `tolerance` or after `max_iterations`.

    Args:
        points: `(points, features)`.
        clusters: Number of clusters, at least 1 and at most the number of points.
        fuzzifier: The exponent m > 1.
        seed: Of the starting centres.
        tolerance: Largest change of a membership at which it stops.
        max_iterations: Upper bound on the rounds.

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
        weights = before.pow(fuzzifier)
        centres = weights.T @ points / weights.sum(dim=0).clamp(min=1e-30)[:, None]
        after = memberships(points, centres, fuzzifier)
        change = (after - before).abs().max().item()
        before = after
        if change < tolerance:
            break
    return FuzzyClusters(centres, fuzzifier)


def _spread_centres(points: Tensor, clusters: int, seed: int) -> Tensor:
    """Starting centres: each next one far from those chosen (k-means++)."""
    generator = torch.Generator().manual_seed(seed)
    chosen = [int(torch.randint(len(points), (1,), generator=generator))]
    nearest = torch.full((len(points),), torch.inf, dtype=points.dtype)
    for _ in range(clusters - 1):
        nearest = torch.minimum(nearest, (points - points[chosen[-1]]).square().sum(dim=1))
        weights = nearest if nearest.sum() > 0 else torch.ones_like(nearest)
        chosen.append(int(torch.multinomial(weights, 1, generator=generator)))
    return points[chosen].clone()
