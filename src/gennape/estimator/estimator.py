"""The estimator: clustered predictors and a cross-family ranker score networks."""

import os
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gennape.estimator.accuracy_scoring import (
    PredictionConditions,
    accuracy_parts,
    nearest_measured,
    predict_accuracies,
)
from gennape.estimator.calibration.domain_detector import DomainDetector
from gennape.estimator.calibration.label_transform import LabelTransform, standardised_labels
from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.config import EstimatorConfig
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.few_shot.contradictions import contradiction
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.estimator.few_shot.few_shot_gp import FewShotGP
from gennape.estimator.models.accuracy_model import AccuracyModel
from gennape.estimator.models.clustered_predictor import ClusteredPredictor, embed_all
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker
from gennape.estimator.models.measured_networks import Neighbour
from gennape.estimator.models.registry import ENCODERS, graph_features
from gennape.estimator.prediction import Explanation, Prediction
from gennape.estimator.rank_scoring import rank_parts, rank_scores
from gennape.graph import ComputationGraph, GraphBatch, canonical_batches
from gennape.graph.hashing import graph_hashes
from gennape.utils.array_types import FloatArray

_NO_ACCURACIES = "this estimator has learned from no accuracies of real networks"
_FINE_TUNED = "a fine-tuned estimator ranks networks by the labels it was given"


class Estimator:
    """Pretrained estimator of how well networks will do.

    Args:
        config: The recipe it was made by.
        predictors: The ensemble that ranks networks within the families of the training set.
        ranker: Ranks networks of every other family beyond their size prior; without one,
            the size prior alone does.
        label_transform: What the predictors learned to predict.
        domain: The families of the training set.
        calibrator: The population that scores are relative to.
        accuracy: What is known of accuracies of real networks, if it has learned from any.
        few_shot: What fine-tuning has learned, if there was any.
    """

    def __init__(
        self,
        *,
        config: EstimatorConfig,
        predictors: Sequence[ClusteredPredictor],
        ranker: CrossFamilyRanker | None,
        label_transform: LabelTransform,
        domain: DomainDetector,
        calibrator: ScoreCalibrator,
        accuracy: AccuracyModel | None = None,
        few_shot: FewShotGP | None = None,
    ) -> None:
        self.config = config
        self.predictors = tuple(predictors)
        self.ranker = ranker
        self.label_transform = label_transform
        self.domain = domain
        self.calibrator = calibrator
        self.accuracy = accuracy
        self.few_shot = few_shot

    def __repr__(self) -> str:
        tuned = ", fine-tuned" if self.few_shot else ""
        return f"Estimator({self.config.encoder}, {len(self.predictors)} predictors{tuned})"

    def predict(
        self,
        graphs: Iterable[ComputationGraph],
        dataset: str | None = None,
        recipe: str | None = None,
    ) -> Prediction:
        """Score networks and predict their accuracies.

        Args:
            graphs: From `gennape.graph_of`, a family or a `GraphBatch`.
            dataset: "imagenet-1k", "cifar10" or "cifar100"; unless given, CIFAR-10 for images
                of up to 64 pixels, ImageNet for larger ones.
            recipe: How networks are trained: "typical" (unless given), "classic" (about 100
                epochs, crops and flips), "modern" (300 epochs and more, strong augmentation)
                or "more-data" (modern, after pretraining on more data).

        Returns:
            Scores, expected accuracies with intervals, and what they rest on.

        Raises:
            EstimatorError: There is no such data set or recipe.

        Examples:
            >>> import gennape
            >>> cell = gennape.graph_of("nasbench201:|nor_conv_3x3~0|+|none~0|none~1|"
            ...                         "+|skip_connect~0|none~1|nor_conv_3x3~2|")
            >>> prediction = gennape.load().predict([cell])
            >>> len(prediction), bool(0 <= prediction.percentile[0] <= 100)
            (1, True)
        """
        features, fingerprints = self._features_and_fingerprints(graphs)
        return self._predicted(features, fingerprints, dataset, recipe)

    def features(self, graphs: Iterable[ComputationGraph]) -> GraphFeatures:
        """Compute what the estimator reads; `predict` does this by itself."""
        return graph_features(graphs, self.config.encoder)

    def canonical_features(self, batch: GraphBatch) -> GraphFeatures:
        """Compute what the estimator reads of networks that are in canonical form already."""
        return ENCODERS[self.config.encoder].features(batch)

    def predict_features(
        self, features: GraphFeatures, dataset: str | None = None, recipe: str | None = None
    ) -> Prediction:
        """Score networks whose features are at hand; none of them counts as measured."""
        return self._predicted(features, [""] * len(features), dataset, recipe)

    def _predicted(
        self,
        features: GraphFeatures,
        fingerprints: Sequence[str],
        dataset: str | None,
        recipe: str | None,
    ) -> Prediction:
        conditions = self._conditions(features, dataset, recipe)
        if self.few_shot is not None:
            mean, deviation = self.few_shot.predict(self.few_shot_features(features))
            return Prediction.of_scores(mean, _normal_percentiles(mean), deviation, _FINE_TUNED)
        embeddings = embed_all(self.predictors, features)
        if self.accuracy is None or conditions is None:
            return Prediction.of_scores(*self._zero_shot(features, embeddings), _NO_ACCURACIES)
        return predict_accuracies(self, features, embeddings, fingerprints, conditions)

    def _conditions(
        self, features: GraphFeatures, dataset: str | None, recipe: str | None
    ) -> PredictionConditions | None:
        """Under which accuracies are predicted; None where the estimator predicts none."""
        if self.accuracy is None:
            return None
        return PredictionConditions.of(self.accuracy, features.statistics, dataset, recipe)

    def _features_and_fingerprints(
        self, graphs: Iterable[ComputationGraph]
    ) -> tuple[GraphFeatures, list[str]]:
        """Features, and fingerprints of networks that may be measured ones."""
        parts, fingerprints = [], list[str]()
        for batch in canonical_batches(graphs):
            parts.append(self.canonical_features(batch))
            known = self.accuracy.measured.fingerprints_of(batch) if self.accuracy else None
            fingerprints += known or [""] * len(batch)
        return GraphFeatures.join(parts), fingerprints

    def _zero_shot(
        self, features: GraphFeatures, embeddings: Sequence[FloatArray]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Score, percentile and uncertainty before any label of the family."""
        conditions = self._conditions(features, None, None)
        if conditions is None:
            return rank_scores(self, features, embeddings)
        unknown = [""] * len(features)
        prediction = predict_accuracies(self, features, embeddings, unknown, conditions)
        return prediction.score, prediction.percentile, prediction.uncertainty

    def explain(
        self,
        graphs: Iterable[ComputationGraph],
        dataset: str | None = None,
        recipe: str | None = None,
    ) -> Explanation:
        """Take scores apart into the parts that they are sums of.

        The parts of an estimator that has learned from measured networks are those of
        `accuracy_parts`, of one that was fine-tuned those of `FewShotGP.parts`, of any other
        those of `rank_parts`.

        Args:
            graphs: As `predict` takes them.
            dataset: As `predict` takes it.
            recipe: As `predict` takes it.
        """
        features, fingerprints = self._features_and_fingerprints(graphs)
        is_measured = np.array([bool(name) for name in fingerprints], dtype=bool)
        nearest, _, in_domain = self.domain.nearest(features)
        names = self.domain.names
        families = [
            names[i] if known else None for i, known in zip(nearest, in_domain, strict=True)
        ]
        conditions = self._conditions(features, dataset, recipe)
        if self.few_shot:
            return Explanation(self.few_shot.parts(self.few_shot_features(features)), families)
        if conditions is None:
            return Explanation(rank_parts(self, features), families)
        return Explanation(accuracy_parts(self, features, conditions, is_measured), families)

    def neighbours(
        self,
        graphs: Iterable[ComputationGraph],
        dataset: str | None = None,
        recipe: str | None = None,
    ) -> list[list[Neighbour]]:
        """Find the three measured networks that are nearest to each network.

        Args:
            graphs: As `predict` takes them.
            dataset: As `predict` takes it; the neighbours were measured on it.
            recipe: As `predict` takes it.

        Returns:
            Nearest first; none for networks that are no image classifiers, or if the estimator
            has learned from no measured networks.
        """
        features = self.features(graphs)
        conditions = self._conditions(features, dataset, recipe)
        if conditions is None:
            return [[] for _ in range(len(features))]
        return nearest_measured(self, features, conditions)

    def embed(self, graphs: Iterable[ComputationGraph]) -> FloatArray:
        """Embed networks by all predictors side by side, `(graphs, predictors x width)`."""
        return self.embed_features(self.features(graphs))

    def embed_features(self, features: GraphFeatures) -> FloatArray:
        """Embed networks whose features are at hand, `(graphs, predictors x width)`."""
        return np.hstack(embed_all(self.predictors, features))

    def few_shot_features(self, features: GraphFeatures) -> FewShotFeatures:
        """Compute what fine-tuning reads; scores are those before any label."""
        embeddings = embed_all(self.predictors, features)
        score, _, _ = self._zero_shot(features, embeddings)
        return FewShotFeatures.of(features, score, np.hstack(embeddings))

    def memberships(self, features: GraphFeatures) -> FloatArray:
        """Compute the share of each network in each fuzzy cluster of the first predictor.

        Returns:
            `(graphs, clusters)`; rows sum to one.
        """
        first = self.predictors[0]
        (embeddings,) = embed_all([first], features)
        return first.memberships(embeddings)

    def fine_tune(
        self,
        graphs: Iterable[ComputationGraph],
        accuracies: Sequence[float] | FloatArray,
        seed: int = 0,
    ) -> "Estimator":
        """Learn some labels of a family and return a new estimator; this one stays as it is.

        The new one's scores are in standard deviations of the labelled networks, and its
        uncertainty is the standard deviation of labels around a Gaussian process. Labels of an
        earlier fine-tuning are forgotten.

        Args:
            graphs: Networks, 50 or so.
            accuracies: The measured accuracy of each; higher is better, any unit.
            seed: Of the networks that shape the process, where there are more than a thousand.

        Raises:
            LabelError: Fewer than two labels, one that is not finite, not as many as
                networks, or all equal.

        Warns:
            UserWarning: The same network was given with different accuracies.
        """
        parts, fingerprints = [], list[str]()
        for batch in canonical_batches(graphs):
            parts.append(self.canonical_features(batch))
            fingerprints += graph_hashes(batch)
        tuned = self.fine_tune_features(GraphFeatures.join(parts), accuracies, seed)
        if said := contradiction(fingerprints, np.asarray(accuracies, dtype=np.float64)):
            warnings.warn(said, stacklevel=2)
        return tuned

    def fine_tune_features(
        self, features: GraphFeatures, accuracies: Sequence[float] | FloatArray, seed: int = 0
    ) -> "Estimator":
        """Learn labels of networks whose features are at hand; see `fine_tune`."""
        targets = standardised_labels(np.asarray(accuracies, dtype=np.float64), len(features))
        return self._with(few_shot=FewShotGP.fit(self.few_shot_features(features), targets, seed))

    def with_accuracy(self, model: AccuracyModel) -> "Estimator":
        """Return a new estimator with what is known of measured networks."""
        return self._with(accuracy=model)

    def _with(self, **parts: Any) -> "Estimator":
        """The same estimator with some parts replaced."""
        kept = {
            "config": self.config,
            "predictors": self.predictors,
            "ranker": self.ranker,
            "label_transform": self.label_transform,
            "domain": self.domain,
            "calibrator": self.calibrator,
            "accuracy": self.accuracy,
        }
        return Estimator(**{**kept, **parts})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint folder: `weights.safetensors` and `estimator.json`."""
        from gennape.estimator.checkpoint import save

        save(self, Path(path))


def _normal_percentiles(scores: FloatArray) -> FloatArray:
    """Share of a normal distribution below each score, 0 to 100."""
    from scipy.special import ndtr  # slow to import, and only fine-tuned estimators need it

    percentiles: FloatArray = 100 * ndtr(scores)
    return percentiles
