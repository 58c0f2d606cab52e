"""Estimators on arrays: the path of searches and whole families, without a row a network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gennape.estimator.accuracy_scoring import (
    PredictionConditions,
    accuracy_parts,
    predict_accuracies,
)
from gennape.estimator.errors import EstimatorError
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.clustered_predictor import embed_all
from gennape.estimator.models.measured_networks import Neighbour
from gennape.estimator.nearest_measured import nearest_measured
from gennape.estimator.prediction import Explanation, Prediction
from gennape.estimator.rank_scoring import rank_parts, rank_scores
from gennape.graph import ComputationGraph, canonical_batches
from gennape.utils.array_types import FloatArray, IntArray

if TYPE_CHECKING:
    from gennape.estimator.estimator import Estimator

_NO_ACCURACIES = "this estimator has learned from no accuracies of real networks"
_FINE_TUNED = "a fine-tuned estimator ranks networks by the labels it was given"


@dataclass(frozen=True)
class NetworkEncoding:
    """What an estimator reads of networks.

    Attributes:
        features: A row each.
        fingerprints: Of those that may be measured networks, else empty.
    """

    features: GraphFeatures
    fingerprints: Sequence[str]

    @classmethod
    def of(
        cls, estimator: "Estimator", networks: Iterable[ComputationGraph] | GraphFeatures
    ) -> "NetworkEncoding":
        """Encode graphs, batch after batch; of features alone no network counts as measured."""
        if isinstance(networks, GraphFeatures):
            return cls(networks, [""] * len(networks))
        parts, fingerprints = [], list[str]()
        for batch in canonical_batches(networks):
            parts.append(estimator.canonical_features(batch))
            measured = estimator.accuracy.measured if estimator.accuracy else None
            known = measured.fingerprints_of(batch) if measured else None
            fingerprints += known or [""] * len(batch)
        return cls(GraphFeatures.join(parts), fingerprints)

    def take(self, networks: IntArray) -> "NetworkEncoding":
        """Take some networks, in the given order."""
        return NetworkEncoding(
            self.features.take(networks), [self.fingerprints[i] for i in networks.tolist()]
        )


def predict_arrays(
    estimator: "Estimator",
    networks: Iterable[ComputationGraph] | GraphFeatures | NetworkEncoding,
    dataset: str | None = None,
    recipe: str | None = None,
) -> Prediction:
    """Predict as `Estimator.predict` does, into arrays of the shape `(graphs,)`.

    Args:
        estimator: What predicts.
        networks: Graphs, or what was read of them.
        dataset: As `Estimator.predict` takes it.
        recipe: Likewise.

    Raises:
        EstimatorError: There is no such data set or recipe, or a score is not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # of damaged weights, which is said below
        prediction = _prediction(estimator, _encoding(estimator, networks), dataset, recipe)
    for values in (prediction.score, prediction.percentile, prediction.uncertainty):
        if not np.isfinite(values).all():
            raise EstimatorError(
                f"{estimator.origin} gives scores that are not finite, so its weights are "
                "damaged; train or download it again"
            )
    return prediction


def _prediction(
    estimator: "Estimator", encoding: NetworkEncoding, dataset: str | None, recipe: str | None
) -> Prediction:
    features = encoding.features
    conditions = _conditions(estimator, features, dataset, recipe)
    if estimator.few_shot is not None:
        mean, deviation = estimator.few_shot.predict(estimator.few_shot_features(features))
        return Prediction.of_scores(mean, _normal_percentiles(mean), deviation, _FINE_TUNED)
    embeddings = embed_all(estimator.predictors, features)
    if conditions is None:
        return Prediction.of_scores(*rank_scores(estimator, features, embeddings), _NO_ACCURACIES)
    return predict_accuracies(estimator, features, embeddings, encoding.fingerprints, conditions)


def explain_arrays(
    estimator: "Estimator",
    networks: Iterable[ComputationGraph] | GraphFeatures | NetworkEncoding,
    dataset: str | None = None,
    recipe: str | None = None,
) -> Explanation:
    """Take scores apart as `Estimator.explain` does, into arrays of the shape `(graphs,)`."""
    encoding = _encoding(estimator, networks)
    features = encoding.features
    nearest, _, in_domain = estimator.domain.nearest(features)
    names = estimator.domain.names
    families = [names[i] if known else None for i, known in zip(nearest, in_domain, strict=True)]
    conditions = _conditions(estimator, features, dataset, recipe)
    if estimator.few_shot:
        parts = estimator.few_shot.parts(estimator.few_shot_features(features))
    elif conditions is None:
        parts = rank_parts(estimator, features)
    else:
        is_measured = np.array([bool(name) for name in encoding.fingerprints], dtype=bool)
        parts = accuracy_parts(estimator, features, conditions, is_measured)
    return Explanation(parts, families)


def nearest_networks(
    estimator: "Estimator",
    features: GraphFeatures,
    dataset: str | None = None,
    recipe: str | None = None,
) -> list[list[Neighbour]]:
    """Find the nearest measured networks of each, as `Estimator.neighbours` does."""
    conditions = _conditions(estimator, features, dataset, recipe)
    if estimator.accuracy is None or conditions is None:
        return [[] for _ in range(len(features))]
    return nearest_measured(estimator.accuracy, features, conditions)


def zero_shot_scores(
    estimator: "Estimator", features: GraphFeatures, embeddings: Sequence[FloatArray]
) -> FloatArray:
    """Score networks as before any label of the family, `(graphs,)`."""
    conditions = _conditions(estimator, features, None, None)
    if conditions is None:
        return rank_scores(estimator, features, embeddings)[0]
    unknown = [""] * len(features)
    return predict_accuracies(estimator, features, embeddings, unknown, conditions).score


def _encoding(
    estimator: "Estimator", networks: Iterable[ComputationGraph] | GraphFeatures | NetworkEncoding
) -> NetworkEncoding:
    if isinstance(networks, NetworkEncoding):
        return networks
    return NetworkEncoding.of(estimator, networks)


def _conditions(
    estimator: "Estimator", features: GraphFeatures, dataset: str | None, recipe: str | None
) -> PredictionConditions | None:
    """Under which accuracies are predicted; None where the estimator predicts none."""
    if estimator.accuracy is None:
        return None
    return PredictionConditions.of(estimator.accuracy, features.statistics, dataset, recipe)


def _normal_percentiles(scores: FloatArray) -> FloatArray:
    """Share of a normal distribution below each score, 0 to 100."""
    from scipy.special import ndtr  # slow to import, and only fine-tuned estimators need it

    percentiles: FloatArray = 100 * ndtr(scores)
    return percentiles
