"""Ranking metrics.

All take measured accuracies and scores, both `(networks,)`, higher is better. An
undefined correlation (all scores equal) is 0: such scores say nothing.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy.stats import rankdata, spearmanr

from gennape.utils.array_types import FloatArray, IntArray

RESOLUTION = 1e-4
"""Accuracies, as shares of one, closer than this are not compared by `kendall_tau`."""

_HIGHEST_RELEVANCE = 20.0
_CHOSEN = 10


@dataclass(frozen=True)
class RankingMetrics:
    """All metrics of one ranking.

    Attributes:
        spearman: Spearman's correlation.
        kendall_tau: Kendall's tau, ignoring pairs closer than 1e-4.
        ndcg_10: NDCG of the ten best.
        ndcg_50: NDCG of the fifty best.
        at_equal_size: Partial Spearman given the logarithm of the MACs.
        top_tenth: Spearman among the tenth with the highest accuracy.
        regret: Best accuracy minus the best among the ten highest scores.
    """

    spearman: float
    kendall_tau: float
    ndcg_10: float
    ndcg_50: float
    at_equal_size: float
    top_tenth: float
    regret: float

    @classmethod
    def of(
        cls, accuracies: FloatArray, scores: FloatArray, log_macs: FloatArray
    ) -> "RankingMetrics":
        """Compute all metrics; each argument is `(networks,)`."""
        return cls(
            spearman(accuracies, scores),
            kendall_tau(accuracies, scores),
            ndcg(accuracies, scores, 10),
            ndcg(accuracies, scores, 50),
            partial_spearman(accuracies, scores, log_macs),
            top_tenth_spearman(accuracies, scores),
            regret(accuracies, scores),
        )


METRICS = tuple(field.name for field in fields(RankingMetrics))
"""Names of all metrics."""


def spearman(accuracies: FloatArray, scores: FloatArray) -> float:
    """Compute Spearman's rank correlation.

    >>> spearman(np.array([0.1, 0.2, 0.4]), np.array([1.0, 3.0, 2.0]))
    0.5
    """
    if len(scores) < 2 or np.ptp(accuracies) == 0 or np.ptp(scores) == 0:
        return 0.0
    return float(spearmanr(accuracies, scores).statistic)


def kendall_tau(accuracies: FloatArray, scores: FloatArray) -> float:
    """Compute Kendall's tau over the pairs whose accuracies differ by at least `RESOLUTION`.

    Concordant minus discordant pairs, over all such pairs (GENNAPE's code); a pair with
    equal scores counts as neither.

    Args:
        accuracies: Shares of one or percentages; a maximum above 1 means percentages.
        scores: Higher is better.
    """
    resolution = RESOLUTION * (100 if accuracies.max() > 1 else 1)
    order = np.argsort(accuracies, kind="stable")
    better = accuracies[order]
    first = np.searchsorted(better, better + resolution)  # from here on, clearly better
    pairs = int((len(first) - first).sum())
    ranks = rankdata(scores[order], method="dense").astype(np.int64)
    return _agreement(ranks, first) / pairs if pairs else 0.0


def _agreement(ranks: IntArray, first: IntArray) -> int:
    """Count `ranks[j] > ranks[i]` less `ranks[j] < ranks[i]`, over all j >= first[i] > i.

    Padded in front to a power of two, each range from `first[i]` to the end is made of at most
    one aligned block of each smaller power; in sorted blocks, counting is a binary search.
    """
    size = 1 << (len(ranks) - 1).bit_length()
    padded = np.pad(ranks, (size - len(ranks), 0))
    start = first + size - len(ranks)
    span = int(ranks.max()) + 1
    agreement, width = 0, 1
    while width < size:
        rows = np.flatnonzero(start & width)
        block = start[rows] // width
        shifts = span * np.arange(size // width)  # so that the sorted blocks ascend as a whole
        keys = (np.sort(padded.reshape(-1, width), axis=1) + shifts[:, None]).ravel()
        wanted = ranks[rows] + span * block
        lower = np.searchsorted(keys, wanted, "left") - block * width
        higher = (block + 1) * width - np.searchsorted(keys, wanted, "right")
        agreement += int((higher - lower).sum())
        start[rows] += width
        width *= 2
    return agreement


def ndcg(accuracies: FloatArray, scores: FloatArray, k: int) -> float:
    """Compute the normalised discounted cumulative gain of the `k` best scores.

    Relevance is the accuracy scaled to [0, 20] (GENNAPE's code); the gain is 2^relevance - 1.
    """
    spread = np.ptp(accuracies)
    if spread == 0:
        return 1.0
    relevance = (accuracies - accuracies.min()) / spread * _HIGHEST_RELEVANCE
    gain = np.exp2(relevance) - 1
    discount = 1 / np.log2(np.arange(2, min(k, len(gain)) + 2))
    chosen = gain[np.argsort(-scores, kind="stable")][: len(discount)]
    best = np.sort(gain)[::-1][: len(discount)]
    return float((chosen * discount).sum() / (best * discount).sum())


def partial_spearman(accuracies: FloatArray, scores: FloatArray, size: FloatArray) -> float:
    """Compute Spearman's correlation of what `size`, `(networks,)`, leaves unexplained of ranks."""
    ranks = np.stack([rankdata(values) for values in (accuracies, scores, size)])
    with np.errstate(invalid="ignore"):  # a constant has no correlation
        r = np.nan_to_num(np.corrcoef(ranks))
    explained = (1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2)
    if explained < 1e-12:
        return 0.0
    return float((r[0, 1] - r[0, 2] * r[1, 2]) / np.sqrt(explained))


def top_tenth_spearman(accuracies: FloatArray, scores: FloatArray) -> float:
    """Compute Spearman's correlation among the tenth of networks with the highest accuracy."""
    best = accuracies >= np.quantile(accuracies, 0.9)
    return spearman(accuracies[best], scores[best])


def regret(accuracies: FloatArray, scores: FloatArray) -> float:
    """Compute the best accuracy minus the best among the ten highest scores."""
    picked = np.argsort(-scores, kind="stable")[:_CHOSEN]
    return float(accuracies.max() - accuracies[picked].max())
