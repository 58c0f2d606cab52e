"""Rank votes and correlations of scores of many networks.

Scores are arrays, `(networks,)`, in which a missing value is minus infinity: it ranks last.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.stats import rankdata

from gennape.utils.array_types import FloatArray


def rank_vote(scores: Iterable[FloatArray]) -> FloatArray:
    """Sum `log(rank / networks)` over scores; ties share their mean rank.

    A network must be good by all scores to come first: a low rank by one of them costs
    more than high ranks by others gain. This is how AZ-NAS (CVPR 2024) joins its proxies.

    Args:
        scores: One array a proxy, at least one.

    Returns:
        `(networks,)`, 0 for a network that is the best by every score.
    """
    ranks = np.stack([rankdata(column) / len(column) for column in scores])
    vote: FloatArray = np.log(ranks).sum(axis=0)
    return vote


def rank_correlations(scores: Mapping[str, FloatArray]) -> dict[str, dict[str, float | None]]:
    """Compute Spearman's correlation of each score with each.

    Returns:
        By name and name; None where a score is the same for all networks.
    """
    ranks = {name: rankdata(column) for name, column in scores.items()}
    return {
        first: {second: _correlation(ranks[first], ranks[second]) for second in ranks}
        for first in ranks
    }


def _correlation(first: FloatArray, second: FloatArray) -> float | None:
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])
