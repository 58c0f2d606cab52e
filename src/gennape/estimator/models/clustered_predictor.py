"""Clustered predictor: an encoder, fuzzy clusters of its embeddings, and one head a cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.encoder_input import EncoderInputs
from gennape.estimator.models.fuzzy_clusters import memberships
from gennape.estimator.models.layers import Heads
from gennape.estimator.models.registry import ENCODERS, Encoder
from gennape.estimator.models.stored_arrays import StoredArrays, named
from gennape.utils.array_types import FloatArray


@dataclass(frozen=True)
class ClusteredPredictor:
    """One predictor of the ensemble; networks in, one prediction each out.

    Attributes:
        encoder: Networks to embeddings.
        heads: One a cluster.
        centres: Of the clusters, in embeddings times `centre_scale`, `(clusters, width)`.
        centre_scale: `(width,)`.
        fuzzifier: Of the clusters.
    """

    encoder: Encoder
    heads: Heads
    centres: FloatArray
    centre_scale: FloatArray
    fuzzifier: float

    @classmethod
    def read(
        cls, stored: StoredArrays, config: EstimatorConfig, view: EncoderView
    ) -> "ClusteredPredictor":
        """Take the predictor's arrays; their sizes are those of the config."""
        width = config.width * len(view.readouts)
        return cls(
            ENCODERS[config.encoder].read(stored.below("encoder"), config, view),
            Heads.read(stored.below("heads"), config.clusters, width),
            stored.take("centres", config.clusters, width),
            stored.take("centre_scale", width),
            config.fuzzifier,
        )

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        parts = named("encoder", self.encoder.arrays()) | named("heads", self.heads.arrays())
        return parts | {"centres": self.centres, "centre_scale": self.centre_scale}

    def memberships(self, embeddings: FloatArray) -> FloatArray:
        """Compute the share of each embedding in each cluster, `(graphs, clusters)`.

        Rows sum to one.
        """
        return memberships(embeddings * self.centre_scale, self.centres, self.fuzzifier)

    def predict(self, embeddings: FloatArray) -> FloatArray:
        """Sum the heads, weighted by the memberships, `(graphs,)`."""
        weighted = self.heads(embeddings) * self.memberships(embeddings)
        predictions: FloatArray = weighted.sum(axis=1)
        return predictions


def embed_all(
    predictors: Sequence[ClusteredPredictor], features: GraphFeatures
) -> list[FloatArray]:
    """Embed networks by each predictor, `(graphs, width)` each."""
    inputs = EncoderInputs.of(features)
    return [inputs.encoded(predictor.encoder) for predictor in predictors]


def predict_all(
    predictors: Sequence[ClusteredPredictor],
    label_transform: LabelTransform,
    features: GraphFeatures,
    embeddings: Sequence[FloatArray],
) -> FloatArray:
    """Predict by each predictor in the unit of the labels, `(predictors, graphs)`."""
    transformed = [
        predictor.predict(rows) for predictor, rows in zip(predictors, embeddings, strict=True)
    ]
    return label_transform.invert(
        np.stack(transformed).astype(np.float64), features.log_macs.astype(np.float64)
    )
