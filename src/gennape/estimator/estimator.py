"""The estimator: clustered predictors and a cross-family ranker score networks."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import ndtr
from torch import Tensor

from gennape.estimator.calibration.domain_detector import DomainDetector
from gennape.estimator.calibration.label_transform import LabelTransform, standardised_labels
from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.config import EstimatorConfig
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.estimator.few_shot.few_shot_gp import FewShotGP
from gennape.estimator.models.clustered_predictor import (
    ClusteredPredictor,
    embed_all,
    predict_all,
)
from gennape.estimator.models.cross_family_ranker import (
    SCORE_PARTS,
    CrossFamilyRanker,
    component_scores,
    score_parts,
)
from gennape.estimator.models.registry import ENCODERS, graph_features
from gennape.estimator.prediction import Explanation, Prediction
from gennape.graph import ComputationGraph, GraphBatch
from gennape.utils.array_types import BoolArray, FloatArray, IntArray

_KNOWN_SHARE_POWER = 5
"""Without a ranker, the member weight falls with this power of the share of nodes of known kinds
(docs/decisions/0008-foreign-networks.md)."""


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
        few_shot: FewShotGP | None = None,
    ) -> None:
        self.config = config
        self.predictors = tuple(predictor.eval() for predictor in predictors)
        self.ranker = ranker
        self.label_transform = label_transform
        self.domain = domain
        self.calibrator = calibrator
        self.few_shot = few_shot

    def __repr__(self) -> str:
        tuned = ", fine-tuned" if self.few_shot else ""
        return f"Estimator({self.config.encoder}, {len(self.predictors)} predictors{tuned})"

    def predict(self, graphs: Iterable[ComputationGraph]) -> Prediction:
        """Score networks.

        Args:
            graphs: From `gennape.graph_of`, a family or a `GraphBatch`.

        Returns:
            Scores, percentiles and uncertainties, `(graphs,)` each.

        Example:
            >>> import gennape
            >>> cell = gennape.graph_of("nasbench201:|nor_conv_3x3~0|+|none~0|none~1|"
            ...                         "+|skip_connect~0|none~1|nor_conv_3x3~2|")
            >>> prediction = gennape.load().predict([cell])
            >>> len(prediction), bool(0 <= prediction.percentile[0] <= 100)
            (1, True)
        """
        return self.predict_features(self.features(graphs))

    def features(self, graphs: Iterable[ComputationGraph]) -> GraphFeatures:
        """Compute what the encoders read; `predict` does this by itself."""
        return graph_features(graphs, self.config.encoder)

    def canonical_features(self, batch: GraphBatch) -> GraphFeatures:
        """Compute what the encoders read of networks that are in canonical form already."""
        return ENCODERS[self.config.encoder].features(batch)

    def predict_features(self, features: GraphFeatures) -> Prediction:
        """Score networks whose features are at hand."""
        if self.few_shot is None:
            return self._zero_shot(features, embed_all(self.predictors, features))
        mean, deviation = self.few_shot.predict(self.few_shot_features(features))
        return Prediction(mean, 100 * ndtr(mean), deviation)

    def _zero_shot(self, features: GraphFeatures, embeddings: list[Tensor]) -> Prediction:
        nearest, share, in_domain = self.domain.nearest(features)
        by_predictors = self._predictor_scores(features, embeddings, nearest, in_domain)
        weight = self._member_weight(share, in_domain)
        by_ranker = self._ranker_scores(features, np.flatnonzero(weight < 1))
        components = np.vstack([by_predictors, by_ranker])
        weights = np.vstack(
            [_shared(weight, len(by_predictors)), _shared(1 - weight, len(by_ranker))]
        )
        score = (weights * components).sum(axis=0)
        spread = (weights * (components - score) ** 2).sum(axis=0)
        variance = spread + self.calibrator.error_variances(nearest, weight)
        return Prediction(score, self.calibrator.percentiles(score), np.sqrt(variance))

    def _predictor_scores(
        self,
        features: GraphFeatures,
        embeddings: Sequence[Tensor],
        nearest: IntArray,
        in_domain: BoolArray,
    ) -> FloatArray:
        """Score by each predictor, `(predictors, graphs)`; see `DomainDetector.nearest`."""
        predictions = predict_all(self.predictors, self.label_transform, features, embeddings)
        return self.calibrator.predictor_scores(predictions, nearest, in_domain)

    def _ranker_scores(self, features: GraphFeatures, wanted: IntArray) -> FloatArray:
        """Score by each component of the ranker, `(components, graphs)`; zero if not wanted."""
        if not len(wanted):
            return np.zeros((1, len(features)))
        components = component_scores(self.ranker, features.take(wanted))
        scores = np.zeros((len(components), len(features)))
        scores[:, wanted] = self.calibrator.ranker_scores(components)
        return scores

    def _member_weight(self, share: FloatArray, in_domain: BoolArray) -> FloatArray:
        """Weight of all predictors together, `(graphs,)`; the rest is the ranker's."""
        if self.ranker:
            return in_domain.astype(np.float64)
        if self.config.out_of_domain_weight is None:
            return np.ones(len(in_domain))
        out_of_domain = self.config.out_of_domain_weight * share**_KNOWN_SHARE_POWER
        return np.where(in_domain, 1.0, out_of_domain)

    def explain(self, graphs: Iterable[ComputationGraph]) -> Explanation:
        """Take scores apart into the parts that they are sums of.

        Of an estimator that was not fine-tuned, the parts are

        - of networks out of domain: the size prior's `macs`, `parameters`, `resolution` and
          `layers`, compared with the mean of the training networks, and what the ranker's
          `neighbour_moments` and `encoders` add to it;
        - of networks in domain: where the median of their `family` is put, and by how much the
          `predictors` put a network above it.

        Of one that was fine-tuned: a function of the score without any label (`zero_shot`) and
        functions of the `sizes`, the `embeddings` and the `neighbour_moments`, see `FewShotGP`.

        Args:
            graphs: As `predict` takes them.
        """
        features = self.features(graphs)
        nearest, share, in_domain = self.domain.nearest(features)
        names = self.domain.names
        families = [
            names[i] if known else None for i, known in zip(nearest, in_domain, strict=True)
        ]
        if self.few_shot:
            return Explanation(self.few_shot.parts(self.few_shot_features(features)), families)
        weight, medians = (
            self._member_weight(share, in_domain),
            self.calibrator.medians(nearest, in_domain),
        )
        by_predictors = self._predictor_scores(
            features, embed_all(self.predictors, features), nearest, in_domain
        ).mean(axis=0)
        by_ranker = self.calibrator.part_scores(score_parts(self.ranker, features))
        parts = dict(zip(SCORE_PARTS, (1 - weight) * by_ranker, strict=True))
        parts |= {"family": weight * medians, "predictors": weight * (by_predictors - medians)}
        return Explanation(parts, families)

    def embed(self, graphs: Iterable[ComputationGraph]) -> npt.NDArray[np.float32]:
        """Embed networks by all predictors side by side, `(graphs, predictors x width)`."""
        return self.embed_features(self.features(graphs))

    def embed_features(self, features: GraphFeatures) -> npt.NDArray[np.float32]:
        """Embed networks whose features are at hand, `(graphs, predictors x width)`."""
        return torch.cat(embed_all(self.predictors, features), dim=1).numpy()

    def few_shot_features(self, features: GraphFeatures) -> FewShotFeatures:
        """Compute what fine-tuning reads; scores are those before any label."""
        embeddings = embed_all(self.predictors, features)
        score = self._zero_shot(features, embeddings).score
        return FewShotFeatures.of(features, score, torch.cat(embeddings, dim=1).numpy())

    def memberships(self, features: GraphFeatures) -> npt.NDArray[np.float32]:
        """Compute the share of each network in each fuzzy cluster of the first predictor.

        Returns:
            `(graphs, clusters)`; rows sum to one.
        """
        first = self.predictors[0]
        (embeddings,) = embed_all([first], features)
        return first.memberships(embeddings).numpy()

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
            seed: Of the labels that shape the process, where there are more than a thousand.

        Raises:
            LabelError: Fewer than two labels, one that is not finite, not as many as
                networks, or all equal.
        """
        return self.fine_tune_features(self.features(graphs), accuracies, seed)

    def fine_tune_features(
        self, features: GraphFeatures, accuracies: Sequence[float] | FloatArray, seed: int = 0
    ) -> "Estimator":
        """Learn labels of networks whose features are at hand; see `fine_tune`."""
        targets = standardised_labels(np.asarray(accuracies, dtype=np.float64), len(features))
        return Estimator(
            config=self.config,
            predictors=self.predictors,
            ranker=self.ranker,
            label_transform=self.label_transform,
            domain=self.domain,
            calibrator=self.calibrator,
            few_shot=FewShotGP.fit(self.few_shot_features(features), targets, seed),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint folder: `weights.safetensors` and `estimator.json`."""
        from gennape.estimator.checkpoint import save

        save(self, Path(path))


def _shared(weight: FloatArray, components: int) -> FloatArray:
    """Split one weight evenly, `(graphs,)` to `(components, graphs)`."""
    return np.tile(weight / components, (components, 1))
