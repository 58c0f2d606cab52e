"""How well an estimator ranks labelled families, beside what size alone gives."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape import benchmarks
from gennape.benchmarks import Benchmark
from gennape.estimator import Estimator
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.training import Report, no_report
from gennape.evaluation import metrics
from gennape.graph import ComputationGraph

Array = npt.NDArray[np.floating[Any]]

FEW_SHOT_SEEDS = (0, 1, 2, 3, 4)
_CHUNK = 256


@dataclass(frozen=True)
class Result:
    """One method on one label of one family.

    Attributes:
        family: The labelled table.
        label: The label's column.
        method: "FLOPs", "parameters", "estimator" or "estimator, N labels".
        networks: How many were ranked.
        spearman: Spearman's correlation, the mean over seeds where there are several.
        deviation: Its standard deviation over seeds; 0 for a single run.
        kendall_tau: Kendall's tau, ignoring pairs closer than 1e-4.
        ndcg_10: NDCG of the ten best.
        ndcg_50: NDCG of the fifty best.
        at_equal_size: Partial Spearman given the logarithm of the MACs.
        top_tenth: Spearman among the tenth with the highest accuracy.
        regret: Best accuracy minus the best among the ten highest scores.
    """

    family: str
    label: str
    method: str
    networks: int
    spearman: float
    deviation: float
    kendall_tau: float
    ndcg_10: float
    ndcg_50: float
    at_equal_size: float
    top_tenth: float
    regret: float


@dataclass(frozen=True)
class _Pool:
    """The networks of a family that are ranked."""

    table: Benchmark
    rows: npt.NDArray[np.int64]
    graphs: list[ComputationGraph]
    features: GraphFeatures
    parameters: Array


def evaluate(
    estimator: Estimator,
    data_dir: str | os.PathLike[str] | None = None,
    families: Sequence[str] = ("nasbench101", "nasbench201"),
    labels: int = 0,
    report: Report = no_report,
) -> list[Result]:
    """Rank every labelled family and compare with what was measured.

    NAS-Bench-101 is ranked on its 3,000 test rows, other families on all rows.

    Args:
        estimator: What is evaluated; it sees no label unless `labels` is given.
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.
        families: Names of labelled tables.
        labels: Fine-tune on so many random networks of each family, five times over, and
            rank the rest.
        report: Told of the progress.

    Raises:
        BenchmarkError: A table cannot be read.
    """
    results = []
    for family in families:
        pool = _pool(benchmarks.load(family, data_dir), estimator, report)
        zero_shot = _methods(pool, estimator)  # the same scores for every label
        for label in pool.table.labels:
            accuracies = pool.table.labels[label][pool.rows]
            for method, scores in zero_shot.items():
                results.append(_result(pool, label, method, [(accuracies, scores, slice(None))]))
            if labels:
                results.append(_few_shot(pool, label, estimator, labels, report))
    return results


def _pool(table: Benchmark, estimator: Estimator, report: Report) -> _Pool:
    rows = table.split.test
    parts, graphs = [], []
    for first in range(0, len(rows), _CHUNK):
        chunk = list(table.graphs(rows[first : first + _CHUNK]))
        parts.append(estimator.features(chunk))
        graphs.extend(chunk)
        report(f"reading {table.name}", len(graphs), len(rows))
    parameters = np.array([graph.parameters for graph in graphs], dtype=np.float64)
    return _Pool(table, rows, graphs, GraphFeatures.join(parts), parameters)


def _methods(pool: _Pool, estimator: Estimator) -> dict[str, Array]:
    """Scores without any label of the family."""
    return {
        "FLOPs": pool.features.log_macs.astype(np.float64),
        "parameters": pool.parameters,
        "estimator": estimator.predict_features(pool.features).score,
    }


_Trial = tuple[Array, Array, slice | npt.NDArray[np.int64]]
"""Accuracies, scores, and which networks of the pool they belong to."""


def _few_shot(pool: _Pool, label: str, estimator: Estimator, labels: int, report: Report) -> Result:
    accuracies = pool.table.labels[label][pool.rows]
    trials: list[_Trial] = []
    for seed in FEW_SHOT_SEEDS:
        order = np.random.default_rng(seed).permutation(len(accuracies))
        given, rest = order[:labels], order[labels:]
        tuned = estimator.fine_tune_features(pool.features.take(given), accuracies[given], seed)
        scores = tuned.predict_features(pool.features.take(rest)).score
        trials.append((accuracies[rest], scores, rest))
        report(f"{labels} labels, {pool.table.name}, {label}", seed + 1, len(FEW_SHOT_SEEDS))
    return _result(pool, label, f"estimator, {labels} labels", trials)


def _result(pool: _Pool, label: str, method: str, trials: Sequence[_Trial]) -> Result:
    rows = [
        (
            metrics.spearman(accuracies, scores),
            metrics.kendall_tau(accuracies, scores),
            metrics.ndcg(accuracies, scores, 10),
            metrics.ndcg(accuracies, scores, 50),
            metrics.partial_spearman(accuracies, scores, pool.features.log_macs[chosen]),
            metrics.top_tenth_spearman(accuracies, scores),
            metrics.regret(accuracies, scores),
        )
        for accuracies, scores, chosen in trials
    ]
    spearman, *others = np.mean(rows, axis=0).tolist()
    deviation = float(np.std([row[0] for row in rows]))
    networks = len(trials[0][0])
    return Result(pool.table.name, label, method, networks, spearman, deviation, *others)
