"""Measurements of rankings without labels, and after a few labels of a family."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from gennape.estimator.calibration.label_transform import standardised_labels
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.estimator.few_shot.few_shot_gp import FewShotGP
from gennape.evaluation.metrics import RankingMetrics
from gennape.utils.array_types import FloatArray, IntArray

FewShotScores = Callable[[IntArray, FloatArray, IntArray], FloatArray]
"""Scores of some networks after the labels of others: `(given, accuracies, rest)` to scores."""

DRAWS = (0, 1, 2, 3, 4)
"""Seeds with which the labelled networks are drawn."""


def split_labelled(networks: int, labels: int, seed: int) -> tuple[IntArray, IntArray]:
    """Draw the networks whose labels are given; the rest is ranked.

    Args:
        networks: How many there are.
        labels: How many labels are given.
        seed: Of the draw.

    Returns:
        The labelled networks, `(labels,)`, and all others, `(networks - labels,)`.

    >>> given, rest = split_labelled(5, 2, seed=0)
    >>> given.tolist(), rest.tolist()
    ([2, 4], [3, 0, 1])
    """
    order = np.random.default_rng(seed).permutation(networks)
    return order[:labels], order[labels:]


def fine_tuned_scores(
    networks: FewShotFeatures, given: IntArray, accuracies: FloatArray, rest: IntArray
) -> FloatArray:
    """Score networks by an estimator that is fine-tuned on others.

    The same as `Estimator.fine_tune` and then `predict`, without embedding anything again.

    Args:
        networks: All networks, as fine-tuning sees them.
        given: The labelled ones, `(labels,)`.
        accuracies: Their labels, `(labels,)`.
        rest: The networks to be scored, `(scored,)`.

    Returns:
        Their scores, `(scored,)`.

    Raises:
        LabelError: Nothing can be learned from the accuracies, see `Estimator.fine_tune`.
    """
    targets = standardised_labels(accuracies, len(given))
    adapter = FewShotGP.fit(networks.take(given), targets)
    return adapter.predict(networks.take(rest))[0]


def measure(
    score: FloatArray,
    few_shot: FewShotScores,
    accuracies: FloatArray,
    log_macs: FloatArray,
    labels: int = 0,
) -> list[dict[str, Any]]:
    """Measure a ranking without labels, or after each draw of some labels.

    Args:
        score: Without labels, `(networks,)`.
        few_shot: Scores the networks after some labels.
        accuracies: `(networks,)`; networks where they are NaN are not ranked.
        log_macs: log10(MACs + 1), `(networks,)`.
        labels: How many labels are given, fewer than there are.

    Returns:
        Plain values for each draw: "labels", "draw" (its seed), "networks" (how many were
        ranked), and those of `RankingMetrics`.
    """
    known = np.flatnonzero(np.isfinite(accuracies))

    def measured(draw: int, rows: IntArray, scores: FloatArray) -> dict[str, Any]:
        metrics = RankingMetrics.of(accuracies[rows], scores, log_macs[rows])
        return {"labels": labels, "draw": draw, "networks": len(rows), **asdict(metrics)}

    if not labels:
        return [measured(0, known, score[known])]
    entries = []
    for seed in DRAWS:
        given, rest = (known[rows] for rows in split_labelled(len(known), labels, seed))
        entries.append(measured(seed, rest, few_shot(given, accuracies[given], rest)))
    return entries
