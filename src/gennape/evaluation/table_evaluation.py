"""Evaluation of an estimator on labelled families, beside what size alone gives."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gennape import benchmarks
from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.estimator import Estimator
from gennape.estimator.array_scoring import predict_arrays
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.evaluation.few_shot import fine_tuned_scores, measure
from gennape.evaluation.metrics import METRICS, RankingMetrics
from gennape.utils.array_types import FloatArray, IntArray
from gennape.utils.progress import ProgressCallback, no_progress

COLUMNS = ("family", "label", "method", "networks", "spearman", "deviation", *METRICS[1:])
"""Names of all values of a result: what was ranked, then its metrics, Spearman's first."""
_CHUNK = 256
_ESTIMATOR = "estimator"
_LEAST_RANKED = 2


@dataclass(frozen=True, kw_only=True)
class EvalResult(RankingMetrics):
    """Metrics of one method on one label of one family, means over seeds where there are several.

    Attributes:
        family: The labelled table.
        label: The label's column.
        method: "FLOPs", "parameters", "estimator" or "estimator, N labels".
        networks: How many were ranked.
        deviation: Standard deviation of Spearman's correlation over seeds; 0 for a single run.
    """

    family: str
    label: str
    method: str
    networks: int
    deviation: float

    def row(self) -> dict[str, Any]:
        """Return all values in the order of `COLUMNS`."""
        return {name: getattr(self, name) for name in COLUMNS}


@dataclass(frozen=True)
class _EncodedFamily:
    """Ranked networks of a family, as the estimator sees them."""

    table: Benchmark
    rows: IntArray
    estimator: Estimator
    features: GraphFeatures
    parameters: FloatArray

    @cached_property
    def log_macs(self) -> FloatArray:
        """log10(MACs + 1) of the networks, `(networks,)`."""
        return self.features.log_macs.astype(np.float64)

    @cached_property
    def networks(self) -> FewShotFeatures:
        """Networks as fine-tuning sees them."""
        return self.estimator.few_shot_features(self.features)

    def accuracies(self, label: str) -> FloatArray:
        """Return the measured label, `(networks,)`; NaN where there is none."""
        return self.table.labels[label][self.rows]


def evaluate(
    estimator: Estimator,
    data_dir: str | os.PathLike[str] | None = None,
    families: Sequence[str] = ("nasbench101", "nasbench201"),
    labels: int = 0,
    report: ProgressCallback = no_progress,
) -> list[EvalResult]:
    """Rank every labelled family and compare with what was measured.

    NAS-Bench-101 is ranked on its 3,000 test rows, other families on all rows.

    Args:
        estimator: What is evaluated; it sees no label here unless `labels` is given.
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.
        families: Names of labelled tables.
        labels: Fine-tune on so many random networks of each family, five times over, and
            rank the rest. A label of fewer networks than that and two has no such result.
        report: Told of the progress.

    Returns:
        Results of each family, label and method, in this order.

    Raises:
        BenchmarkError: A table cannot be read, or fewer than two of its networks have a label.
    """
    results = []
    for name in families:
        table = benchmarks.load(name, data_dir)
        _check_labels(table)
        family = _encoded(table, estimator, report)
        scores = {
            "FLOPs": family.log_macs,
            "parameters": family.parameters,
            _ESTIMATOR: predict_arrays(estimator, family.features).score,
        }
        for label in table.labels:
            for method, score in scores.items():
                title = _title(estimator, table, label) if method == _ESTIMATOR else method
                results.append(_result(family, label, title, score))
            known = np.isfinite(family.accuracies(label)).sum()
            if 0 < labels <= known - _LEAST_RANKED:
                results.append(_result(family, label, fine_tuned(labels), score, labels))
    return results


def fine_tuned(labels: int) -> str:
    """Return the name of the method that is fine-tuned on so many labels."""
    return f"{_ESTIMATOR}, {labels} labels"


def _check_labels(table: Benchmark) -> None:
    """Refuse labels that rank nothing, before the networks are read, which takes long."""
    for label, accuracies in table.labels.items():
        known = int(np.isfinite(accuracies[table.split.test]).sum())
        if known < _LEAST_RANKED:
            raise BenchmarkError(
                f"{known} networks of {table.name} to be ranked have the label {label!r}; a "
                f"ranking needs {_LEAST_RANKED}"
            )


def _title(estimator: Estimator, table: Benchmark, label: str) -> str:
    """Name the estimator, with a warning where it was trained on the ranked networks."""
    ranked_were_learned = bool(np.intersect1d(table.split.train, table.split.test).size)
    if table.name not in estimator.domain.names or not ranked_were_learned:
        return _ESTIMATOR
    what = "these" if label == table.target else "another label of these"
    return f"{_ESTIMATOR}, trained on {what}"


def _encoded(table: Benchmark, estimator: Estimator, report: ProgressCallback) -> _EncodedFamily:
    rows = table.split.test
    parts, parameters = [], []
    for first in range(0, len(rows), _CHUNK):
        chunk = list(table.graphs(rows[first : first + _CHUNK]))
        parts.append(estimator.features(chunk))
        parameters += [float(graph.parameters) for graph in chunk]
        report(f"reading {table.name}", len(parameters), len(rows))
    return _EncodedFamily(table, rows, estimator, GraphFeatures.join(parts), np.array(parameters))


def _result(
    family: _EncodedFamily, label: str, method: str, score: FloatArray, labels: int = 0
) -> EvalResult:
    """Measure a ranking; that after some labels is the estimator's."""

    def few_shot(given: IntArray, accuracies: FloatArray, rest: IntArray) -> FloatArray:
        return fine_tuned_scores(family.networks, given, accuracies, rest)

    measured = measure(score, few_shot, family.accuracies(label), family.log_macs, labels)
    metrics = {name: np.array([row[name] for row in measured]) for name in METRICS}
    return EvalResult(
        family=family.table.name,
        label=label,
        method=method,
        networks=measured[0]["networks"],
        deviation=float(metrics["spearman"].std()),
        **{name: float(values.mean()) for name, values in metrics.items()},
    )
