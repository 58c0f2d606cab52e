"""How well scores rank networks.

All take measured accuracies and scores, both `(networks,)`, higher is better. An
undefined correlation (all scores equal) is 0: such scores say nothing.
"""

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, spearmanr

Array = npt.NDArray[np.floating]

RESOLUTION = 1e-4
"""Accuracies, as shares of one, closer than this are not compared by `kendall_tau`."""

_HIGHEST_RELEVANCE = 20.0


def spearman(accuracies: Array, scores: Array) -> float:
    """Spearman's rank correlation."""
    if len(scores) < 2 or np.ptp(accuracies) == 0 or np.ptp(scores) == 0:
        return 0.0
    return float(spearmanr(accuracies, scores).statistic)


def kendall_tau(accuracies: Array, scores: Array) -> float:
    """Kendall's tau over the pairs whose accuracies differ by at least `RESOLUTION`.

    Concordant minus discordant pairs, over all such pairs (GENNAPE's code); a pair with
    equal scores counts as neither.

    Args:
        accuracies: Shares of one or percentages; a maximum above 1 means percentages.
        scores: Higher is better.
    """
    resolution = RESOLUTION * (100 if accuracies.max() > 1 else 1)
    order = np.argsort(accuracies, kind="stable")
    better, ranked = accuracies[order], scores[order]
    first = np.searchsorted(better, better + resolution)  # from here on, clearly better
    agreement = 0
    for start, score in zip(first, ranked, strict=True):
        rivals = ranked[start:]
        agreement += int(np.count_nonzero(rivals > score) - np.count_nonzero(rivals < score))
    pairs = int((len(first) - first).sum())
    return agreement / pairs if pairs else 0.0


def ndcg(accuracies: Array, scores: Array, k: int) -> float:
    """Normalised discounted cumulative gain of the `k` best scores.

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


def partial_spearman(accuracies: Array, scores: Array, size: Array) -> float:
    """Spearman's correlation at equal size: of what `size` does not explain in the ranks."""
    ranks = np.stack([rankdata(values) for values in (accuracies, scores, size)])
    with np.errstate(invalid="ignore"):  # a constant has no correlation
        r = np.nan_to_num(np.corrcoef(ranks))
    explained = (1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2)
    if explained < 1e-12:
        return 0.0
    return float((r[0, 1] - r[0, 2] * r[1, 2]) / np.sqrt(explained))


def top_tenth_spearman(accuracies: Array, scores: Array) -> float:
    """Spearman's correlation among the tenth of networks with the highest accuracy."""
    best = accuracies >= np.quantile(accuracies, 0.9)
    return spearman(accuracies[best], scores[best])


def regret(accuracies: Array, scores: Array, chosen: int = 10) -> float:
    """The best accuracy minus the best among the `chosen` highest scores."""
    picked = np.argsort(-scores, kind="stable")[:chosen]
    return float(accuracies.max() - accuracies[picked].max())
