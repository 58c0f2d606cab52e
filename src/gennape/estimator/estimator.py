"""The estimator: clustered predictors and a cross-family ranker score networks."""

import os
import warnings
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from gennape.estimator.array_scoring import zero_shot_scores
from gennape.estimator.calibration.domain_detector import DomainDetector
from gennape.estimator.calibration.label_transform import (
    LabelTransform,
    labels_of,
    standardised_labels,
)
from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.config import EstimatorConfig
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.few_shot.contradictions import contradiction
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.estimator.few_shot.few_shot_gp import FewShotGP
from gennape.estimator.models.accuracy_model import AccuracyModel
from gennape.estimator.models.clustered_predictor import ClusteredPredictor, embed_all
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker
from gennape.estimator.models.registry import ENCODERS, graph_features
from gennape.estimator.network_scoring import PredictionOptions, explained, predicted
from gennape.estimator.prediction_table import ExplanationTable, PredictionTable
from gennape.frontends.network_list import Networks, read_networks
from gennape.frontends.reading_options import ReadingOptions
from gennape.graph import ComputationGraph, GraphBatch, fingerprints
from gennape.utils.array_types import FloatArray
from gennape.utils.progress import ProgressCallback, no_progress


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
        origin: Where it comes from, for messages.
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
        origin: str = "this estimator",
    ) -> None:
        self.config = config
        self.predictors = tuple(predictors)
        self.ranker = ranker
        self.label_transform = label_transform
        self.domain = domain
        self.calibrator = calibrator
        self.accuracy = accuracy
        self.few_shot = few_shot
        self.origin = origin

    def __repr__(self) -> str:
        tuned = ", fine-tuned" if self.few_shot else ""
        return f"Estimator({self.config.encoder}, {len(self.predictors)} predictors{tuned})"

    def predict(
        self,
        networks: Networks | GraphFeatures,
        input_shape: Sequence[int] | None = None,
        *,
        inputs: Any = None,
        backbone: bool = False,
        dataset: str | None = None,
        recipe: str | None = None,
        workers: int | None = None,
        report: ProgressCallback = no_progress,
    ) -> PredictionTable:
        """Score networks and predict their accuracies.

        Args:
            networks: Graphs, modules, files, folders (searched recursively for `.onnx` and
                `.pt2`), names: many or one of them. Keys of a mapping are what its networks are
                called. Or their `features`; then none of them counts as measured.
            input_shape: Sizes of one input, (channels, height, width), for modules, names and
                files that leave them open.
            inputs: Instead of `input_shape`, all inputs; see `gennape.graph_of`.
            backbone: Whether each network is judged by its backbone, for detectors and
                segmentation; see `gennape.graph.backbone.backbone`.
            dataset: "imagenet-1k", "cifar10" or "cifar100"; unless given, CIFAR-10 for images
                of up to 64 pixels, ImageNet for larger ones.
            recipe: How networks are trained: "typical" (unless given), "classic" (about 100
                epochs, crops and flips), "modern" (300 epochs and more, strong augmentation)
                or "more-data" (modern, after pretraining on more data).
            workers: How many processes read files; chosen by their number unless given. One
                file alone is read in this process.
            report: Told how many networks are read.

        Returns:
            Scores, expected accuracies with intervals, and what they rest on, in the order
            given; in `failed`, networks that could not be read.

        Raises:
            EstimatorError: There is no such data set or recipe.

        Examples:
            >>> import gennape
            >>> cell = gennape.graph_of("nasbench201:|nor_conv_3x3~0|+|none~0|none~1|"
            ...                         "+|skip_connect~0|none~1|nor_conv_3x3~2|")
            >>> table = gennape.load().predict([cell])
            >>> len(table), 0 <= table[0].percentile <= 100, bool((table["macs"] > 0).all())
            (1, True, True)
        """
        options = PredictionOptions(
            inputs=inputs,
            backbone=backbone,
            dataset=dataset,
            recipe=recipe,
            workers=workers,
            report=report,
        )
        return predicted(self, networks, input_shape, options)

    def explain(
        self,
        networks: Networks | GraphFeatures,
        input_shape: Sequence[int] | None = None,
        **options: Unpack[PredictionOptions],
    ) -> ExplanationTable:
        """Predict, and take scores apart into the parts that they are sums of.

        The parts of an estimator that has learned from measured networks are those of
        `accuracy_parts`, of one that was fine-tuned those of `FewShotGP.parts`, of any other
        those of `rank_parts`.

        Args:
            networks: As `predict` takes them.
            input_shape: As `predict` takes it.
            options: `inputs`, `backbone`, `dataset`, `recipe` and `report`, as `predict` takes
                them.
        """
        return explained(self, networks, input_shape, options)

    def features(
        self,
        networks: Networks | GraphFeatures,
        input_shape: Sequence[int] | None = None,
        **reading: Unpack[ReadingOptions],
    ) -> GraphFeatures:
        """Compute what the estimator reads; all other methods do this by themselves.

        Args:
            networks: As `predict` takes them.
            input_shape: As `predict` takes it.
            reading: `inputs`, `backbone` and `report`, as `predict` takes them.

        Raises:
            FrontendError: One of the networks cannot be read.
        """
        if isinstance(networks, GraphFeatures):
            return networks
        graphs = read_networks(networks, input_shape, **reading).all_graphs()
        return graph_features(graphs, self.config.encoder)

    def canonical_features(self, batch: GraphBatch) -> GraphFeatures:
        """Compute what the estimator reads of networks that are in canonical form already."""
        return ENCODERS[self.config.encoder].features(batch)

    def embed(
        self,
        networks: Networks | GraphFeatures,
        input_shape: Sequence[int] | None = None,
        **reading: Unpack[ReadingOptions],
    ) -> FloatArray:
        """Embed networks by all predictors side by side, `(graphs, predictors x width)`.

        Args:
            networks: As `predict` takes them.
            input_shape: As `predict` takes it.
            reading: As `features` takes it.

        Raises:
            FrontendError: One of the networks cannot be read.
        """
        features = self.features(networks, input_shape, **reading)
        return np.hstack(embed_all(self.predictors, features))

    def few_shot_features(self, features: GraphFeatures) -> FewShotFeatures:
        """Compute what fine-tuning reads; scores are those before any label."""
        embeddings = embed_all(self.predictors, features)
        score = zero_shot_scores(self, features, embeddings)
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
        networks: Networks | GraphFeatures,
        accuracies: Sequence[float] | FloatArray,
        seed: int = 0,
        input_shape: Sequence[int] | None = None,
        **reading: Unpack[ReadingOptions],
    ) -> "Estimator":
        """Learn some labels of a family and return a new estimator; this one stays as it is.

        The new one's scores are in standard deviations of the labelled networks, and its
        uncertainty is the standard deviation of labels around a Gaussian process. Labels of an
        earlier fine-tuning are forgotten.

        Args:
            networks: As `predict` takes them, 50 or so.
            accuracies: The measured accuracy of each; higher is better, any unit.
            seed: Of the networks that shape the process, where there are more than a thousand.
            input_shape: As `predict` takes it.
            reading: As `features` takes it.

        Raises:
            FrontendError: One of the networks cannot be read.
            LabelError: Fewer than two labels, one that is no finite number, not as many as
                networks, or all equal.

        Warns:
            UserWarning: The same network was given with different accuracies.

        Examples:
            >>> import gennape
            >>> cells = ["nasbench101:c1/01-12", "nasbench101:c3/01-12", "nasbench101:mp/01-12"]
            >>> tuned = gennape.load("nasbench101").fine_tune(cells, [70.1, 88.4, 60.3])
            >>> tuned.predict(cells).sorted_by("score")[0].model
            'nasbench101:c3/01-12'
        """
        labels = labels_of(accuracies)
        graphs: Sequence[ComputationGraph] = ()
        if not isinstance(networks, GraphFeatures):
            graphs = read_networks(networks, input_shape, **reading).all_graphs()
            networks = graph_features(graphs, self.config.encoder)
        targets = standardised_labels(labels, len(networks))
        if said := contradiction(fingerprints(graphs), labels):
            warnings.warn(said, stacklevel=2)
        return self._with(few_shot=FewShotGP.fit(self.few_shot_features(networks), targets, seed))

    def with_accuracy(self, model: AccuracyModel) -> "Estimator":
        """Return a new estimator with what is known of measured networks."""
        return self._with(accuracy=model)

    def _with(self, **parts: Any) -> "Estimator":
        """Replace some parts; what fine-tuning has learned does not stay."""
        other = copy(self)
        vars(other).update({"few_shot": None, **parts})
        return other

    @classmethod
    def from_pretrained(cls, path_or_name: str | os.PathLike[str] | None = None) -> "Estimator":
        """Load an estimator; `gennape.load` does the same.

        Args:
            path_or_name: A name of `gennape.list_estimators()`, or a folder that
                `save_pretrained` wrote; the default estimator unless given.

        Raises:
            CheckpointError: There is none, or it is broken or of a newer version.
        """
        from gennape.estimator.checkpoint import load

        return load(path_or_name)

    def save_pretrained(self, folder: str | os.PathLike[str]) -> None:
        """Write a checkpoint folder: `weights.safetensors` and `estimator.json`.

        Args:
            folder: Made if needed.
        """
        from gennape.estimator.checkpoint import save

        save(self, Path(folder))
