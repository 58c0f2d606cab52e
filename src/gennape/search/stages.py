"""Stages of measurement: cheap metrics first, so that constraints spare the expensive ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np

from gennape.estimator import Estimator
from gennape.estimator.array_scoring import predict_arrays
from gennape.graph import ComputationGraph, GraphBatch
from gennape.proxies.depth import depths
from gennape.proxies.receptive_field import receptive_fields
from gennape.search.candidate import SearchError
from gennape.search.network_cache import SearchNetwork, canonical_forms
from gennape.utils.array_types import FloatArray
from gennape.utils.threads import one_thread
from gennape.utils.worker_pool import WorkerPool

Evaluate = Callable[[Sequence[ComputationGraph]], Sequence[float]]
"""Function from networks to their true accuracies, higher is better; NaN where it failed.

A graph's `name` is `family:architecture`, and `to_module()` gives the network to train.
"""

_PARTS, _SMALLEST = 4, 64
"""Networks are scored in so many parts, where each has at least so many of them."""
_OF_FORMS: dict[str, Callable[[GraphBatch], FloatArray]] = {
    "depth": depths,
    "receptive_field": receptive_fields,
}


class Stage(Protocol):
    """Metrics that are measured together."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics."""

    def measure(self, networks: Sequence[SearchNetwork]) -> dict[str, FloatArray]:
        """Measure the metrics, `(networks,)` each."""


class Scorer(Protocol):
    """Predictor of how good networks are."""

    def score(self, networks: Sequence[SearchNetwork]) -> tuple[FloatArray, FloatArray]:
        """Predict scores, higher is better, and their uncertainties, `(networks,)` each."""

    def learn(self, networks: Sequence[SearchNetwork], accuracies: FloatArray) -> "Scorer":
        """Return a scorer that has learned some accuracies; this one stays as it is."""


@dataclass(frozen=True)
class EstimatorScorer:
    """Scores by an estimator.

    Attributes:
        estimator: The predictor.
        pool: The processes that score networks.
    """

    estimator: Estimator
    pool: WorkerPool = field(default_factory=WorkerPool)

    @property
    def version(self) -> str:
        """Digest of the estimator's checkpoint, 12 hexadecimal digits."""
        with TemporaryDirectory() as folder:
            self.estimator.save_pretrained(folder)
            files = sorted(Path(folder).iterdir())
            return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]

    def score(self, networks: Sequence[SearchNetwork]) -> tuple[FloatArray, FloatArray]:
        """Predict scores and their uncertainties, `(networks,)` each.

        A network's score is the same to the last digit whatever it is scored together with, so
        parts and processes decide only how long it takes.
        """
        count = min(max(len(networks) // _SMALLEST, 1), _PARTS)
        rows = np.array_split(np.arange(len(networks)), count)
        parts = [canonical_forms([networks[row] for row in part]) for part in rows]
        score, uncertainty = np.hstack(list(self.pool.map(self._predict_part, parts)))
        return score, uncertainty

    @cached_property
    def _predict_part(self) -> Callable[[GraphBatch], FloatArray]:
        return partial(_predict, self.estimator)

    def learn(self, networks: Sequence[SearchNetwork], accuracies: FloatArray) -> "EstimatorScorer":
        """Fine-tune the estimator on labelled networks.

        Raises:
            LabelError: Nothing can be learned from the accuracies.
        """
        features = self.estimator.canonical_features(canonical_forms(networks))
        return EstimatorScorer(self.estimator.fine_tune(features, accuracies), self.pool)


def _predict(estimator: Estimator, batch: GraphBatch) -> FloatArray:
    """Predict scores and uncertainties of canonical graphs, `(2, graphs)`."""
    with one_thread():  # processes share the processors, and parts are small
        prediction = predict_arrays(estimator, estimator.canonical_features(batch))
    return np.stack([prediction.score, prediction.uncertainty])


class CostStage:
    """MACs and parameters, which are known of every network."""

    metrics = ("macs", "parameters")

    def measure(self, networks: Sequence[SearchNetwork]) -> dict[str, FloatArray]:
        """Look up the costs, `(networks,)` each."""
        return {
            name: np.array([getattr(network.costs, name) for network in networks], dtype=float)
            for name in self.metrics
        }


@dataclass(frozen=True)
class ProxyStage:
    """Proxies that are read off the graph."""

    metrics: tuple[str, ...]

    def measure(self, networks: Sequence[SearchNetwork]) -> dict[str, FloatArray]:
        """Compute the proxies of all networks at once, `(networks,)` each."""
        forms = canonical_forms(networks)
        return {name: _OF_FORMS[name](forms) for name in self.metrics}


@dataclass(frozen=True)
class ScoreStage:
    """Score and its uncertainty."""

    scorer: Scorer
    metrics: tuple[str, ...] = ("score", "uncertainty")

    def measure(self, networks: Sequence[SearchNetwork]) -> dict[str, FloatArray]:
        """Predict the metrics, `(networks,)` each."""
        return dict(zip(self.metrics, self.scorer.score(networks), strict=True))


@dataclass(frozen=True)
class AccuracyStage:
    """Accuracies by true evaluation."""

    evaluate: Evaluate
    metrics: tuple[str, ...] = ("accuracy",)

    def measure(self, networks: Sequence[SearchNetwork]) -> dict[str, FloatArray]:
        """Evaluate all networks, `(networks,)`.

        Raises:
            SearchError: It does not give one number a network.
        """
        said = self.evaluate([network.graph for network in networks])
        try:
            accuracies = np.array(said, dtype=float)
            what = f"an array of the shape {accuracies.shape}"
        except (TypeError, ValueError):
            accuracies, what = np.empty(0), f"a {type(said).__name__}"
        if accuracies.shape != (len(networks),):
            raise SearchError(
                f"the evaluation of {len(networks)} networks gave {what}; it must give one number "
                "a network"
            )
        return {"accuracy": accuracies}
