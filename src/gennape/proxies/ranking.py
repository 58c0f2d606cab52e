"""Proxies of many networks: rank votes and correlations.

Scores are arrays, `(networks,)`, in which a missing value is minus infinity: it ranks last.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Array = npt.NDArray[np.float64]


def rank_vote(scores: Iterable[Array]) -> Array:
    """Sum of `log(rank / networks)` over scores; ties share their mean rank.

    A network must be good by all scores to come first: a low rank by one of them costs
    more than high ranks by others gain. This is how AZ-NAS (CVPR 2024) joins its proxies.

    Args:
        scores: One array a proxy, at least one.

    Returns:
        `(networks,)`, 0 for a network that is the best by every score.
    """
    ranks = np.stack([rankdata(column) / len(column) for column in scores])
    vote: Array = np.log(ranks).sum(axis=0)
    return vote


def rank_correlations(scores: Mapping[str, Array]) -> dict[str, dict[str, float | None]]:
    """Spearman's correlation of each score with each.

    Returns:
        By name and name; None where a score is the same for all networks.
    """
    ranks = {name: rankdata(column) for name, column in scores.items()}
    return {
        first: {second: _correlation(ranks[first], ranks[second]) for second in ranks}
        for first in ranks
    }


def _correlation(first: Array, second: Array) -> float | None:
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])
