"""Clustered predictor: an encoder, fuzzy clusters of its embeddings, and one head a cluster."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.fuzzy_clusters import FuzzyClusters
from gennape.estimator.models.message_passing import EncoderInput, encoder_inputs
from gennape.estimator.models.registry import ENCODERS
from gennape.utils.array_types import FloatArray


class Heads(nn.Module):
    """Small networks on a shared embedding, one a cluster.

    Args:
        clusters: Number of heads.
        width: Width of the embedding.
    """

    def __init__(self, clusters: int, width: int) -> None:
        super().__init__()
        bound = width**-0.5
        self.inner = nn.Parameter(torch.empty(clusters, width, width).uniform_(-bound, bound))
        self.inner_bias = nn.Parameter(torch.zeros(clusters, width))
        self.outer = nn.Parameter(torch.zeros(clusters, width))
        self.outer_bias = nn.Parameter(torch.zeros(clusters))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Predict by each head: `(graphs, width)` to `(graphs, clusters)`."""
        hidden = torch.einsum("gi,cio->gco", embeddings, self.inner) + self.inner_bias
        return (hidden.relu() * self.outer).sum(dim=2) + self.outer_bias

    def copies(self, clusters: int) -> "Heads":
        """Repeat this single head once for each of `clusters`."""
        heads = Heads(clusters, self.inner.shape[1])
        state = self.state_dict()
        heads.load_state_dict(
            {name: value.repeat_interleave(clusters, dim=0) for name, value in state.items()}
        )
        return heads


class ClusteredPredictor(nn.Module):
    """One predictor of the ensemble; networks in, one prediction each out.

    Args:
        config: The recipe.
        view: The encoder's readout and features.
    """

    def __init__(self, config: EstimatorConfig, view: EncoderView) -> None:
        super().__init__()
        self.fuzzifier = config.fuzzifier
        self.encoder = ENCODERS[config.encoder].build(config, view)
        self.width = config.width * len(view.readouts)
        self.heads = Heads(config.clusters, self.width)
        self.centres: Tensor
        self.centre_scale: Tensor
        self.register_buffer("centres", torch.zeros(config.clusters, self.width))
        self.register_buffer("centre_scale", torch.ones(self.width))

    def set_clusters(self, clusters: FuzzyClusters, scale: Tensor) -> None:
        """Take clusters that were fitted to embeddings times `scale`, `(width,)`."""
        self.centres.copy_(clusters.centres)
        self.centre_scale.copy_(scale)

    def memberships(self, embeddings: Tensor) -> Tensor:
        """Compute the share of each embedding in each cluster, `(graphs, clusters)`.

        Rows sum to one.
        """
        clusters = FuzzyClusters(self.centres, self.fuzzifier)
        return clusters.memberships(embeddings * self.centre_scale)

    def predict(self, embeddings: Tensor) -> Tensor:
        """Sum the heads, weighted by the memberships, `(graphs,)`."""
        predictions: Tensor = self.heads(embeddings)
        return (self.memberships(embeddings) * predictions).sum(dim=1)

    def forward(self, batch: EncoderInput) -> Tensor:
        """Predict, `(graphs,)`."""
        return self.predict(self.encoder(batch))


@torch.no_grad()
def embed_all(predictors: Sequence[ClusteredPredictor], features: GraphFeatures) -> list[Tensor]:
    """Embed networks by each predictor, `(graphs, width)` each."""
    parts = encoder_inputs(features)
    return [torch.cat([predictor.encoder(part) for part in parts]) for predictor in predictors]


@torch.no_grad()
def predict_all(
    predictors: Sequence[ClusteredPredictor],
    label_transform: LabelTransform,
    features: GraphFeatures,
    embeddings: Sequence[Tensor],
) -> FloatArray:
    """Predict by each predictor in the unit of the labels, `(predictors, graphs)`."""
    transformed = [
        predictor.predict(rows).double().numpy()
        for predictor, rows in zip(predictors, embeddings, strict=True)
    ]
    return label_transform.invert(np.stack(transformed), features.log_macs.astype(np.float64))
