"""How metrics are measured: cheap ones first, so that constraints spare the dear ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from gennape.estimator import Estimator
from gennape.graph import ComputationGraph, GraphBatch
from gennape.proxies.depth import depths
from gennape.proxies.receptive_field import receptive_fields
from gennape.search.errors import SearchError
from gennape.search.networks import Network, canonical_forms
from gennape.search.pool import Pool

Array = npt.NDArray[np.floating[Any]]

Evaluate = Callable[[Sequence[ComputationGraph]], Sequence[float]]
"""True evaluation: networks to accuracies, higher is better; NaN where it failed.

A graph's `name` is `family:architecture`, and `to_module()` gives the network to train.
"""

_PARTS, _SMALLEST = 4, 32
"""Networks are scored in so many parts, where each has at least so many of them."""
_OF_FORMS: dict[str, Callable[[GraphBatch], Array]] = {
    "depth": depths,
    "receptive_field": receptive_fields,
}


class Stage(Protocol):
    """Some metrics that are measured together."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Their names."""

    def measure(self, networks: Sequence[Network]) -> dict[str, Array]:
        """Their values, `(networks,)` each."""


class Scorer(Protocol):
    """What predicts how good networks are."""

    def score(self, networks: Sequence[Network]) -> tuple[Array, Array]:
        """Scores, higher is better, and their uncertainties, `(networks,)` each."""

    def learn(self, networks: Sequence[Network], accuracies: Array) -> "Scorer":
        """A scorer that has learned some accuracies; this one stays as it is."""


@dataclass(frozen=True)
class ByEstimator:
    """Scores by an estimator.

    Attributes:
        estimator: What predicts.
        pool: The processes that score networks.
    """

    estimator: Estimator
    pool: Pool = field(default_factory=Pool)

    @property
    def version(self) -> str:
        """A short name for what the estimator says: the same for the same checkpoint."""
        with TemporaryDirectory() as folder:
            self.estimator.save(folder)
            files = sorted(Path(folder).iterdir())
            return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]

    def score(self, networks: Sequence[Network]) -> tuple[Array, Array]:
        """The estimator's predictions.

        The last digits of sums depend on how many networks are scored together, so parts are
        the same however many processes there are.
        """
        count = min(max(len(networks) // _SMALLEST, 1), _PARTS)
        rows = np.array_split(np.arange(len(networks)), count)
        parts = [canonical_forms([networks[row] for row in part]) for part in rows]
        score, uncertainty = np.hstack(self.pool.map(self._predict_part, parts))
        return score, uncertainty

    @cached_property
    def _predict_part(self) -> Callable[[GraphBatch], Array]:
        return partial(_predict, self.estimator)

    def learn(self, networks: Sequence[Network], accuracies: Array) -> "ByEstimator":
        """The estimator fine-tuned on labelled networks.

        Raises:
            LabelError: Nothing can be learned from the accuracies.
        """
        features = self.estimator.canonical_features(canonical_forms(networks))
        return ByEstimator(self.estimator.fine_tune_features(features, accuracies), self.pool)


def _predict(estimator: Estimator, batch: GraphBatch) -> Array:
    """Scores and uncertainties of canonical graphs, `(2, graphs)`."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums come out the same on every machine, and parts are small
    prediction = estimator.predict_features(estimator.canonical_features(batch))
    torch.set_num_threads(threads)
    return np.stack([prediction.score, prediction.uncertainty])


class Costs:
    """MACs and parameters, which are known of every network."""

    metrics = ("macs", "parameters")

    def measure(self, networks: Sequence[Network]) -> dict[str, Array]:
        """As the graph counts them."""
        return {
            name: np.array([getattr(network.facts, name) for network in networks], dtype=float)
            for name in self.metrics
        }


@dataclass(frozen=True)
class Proxies:
    """Proxies that are read off the graph."""

    metrics: tuple[str, ...]

    def measure(self, networks: Sequence[Network]) -> dict[str, Array]:
        """Their values, all networks at once."""
        forms = canonical_forms(networks)
        return {name: _OF_FORMS[name](forms) for name in self.metrics}


@dataclass(frozen=True)
class Scores:
    """The score and its uncertainty."""

    scorer: Scorer
    metrics: tuple[str, ...] = ("score", "uncertainty")

    def measure(self, networks: Sequence[Network]) -> dict[str, Array]:
        """What the scorer says."""
        return dict(zip(self.metrics, self.scorer.score(networks), strict=True))


@dataclass(frozen=True)
class Accuracies:
    """Accuracies by true evaluation."""

    evaluate: Evaluate
    metrics: tuple[str, ...] = ("accuracy",)

    def measure(self, networks: Sequence[Network]) -> dict[str, Array]:
        """What the evaluation says.

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
