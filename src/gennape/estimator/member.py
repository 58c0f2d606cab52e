"""One member of the ensemble: an encoder, fuzzy clusters of its embeddings, and their heads."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from gennape.estimator.config import EstimatorConfig, View
from gennape.estimator.encoder import EncoderInput, encoder_inputs
from gennape.estimator.encoders import ENCODERS
from gennape.estimator.fuzzy import FuzzyClusters
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.heads import Heads
from gennape.estimator.targets import Target

Array = npt.NDArray[np.floating[Any]]


class Member(nn.Module):
    """Networks in, one prediction each out.

    Args:
        config: The recipe.
        view: What this member looks at.
    """

    def __init__(self, config: EstimatorConfig, view: View) -> None:
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
        """Share of each embedding in each cluster, `(graphs, clusters)`; rows sum to one."""
        clusters = FuzzyClusters(self.centres, self.fuzzifier)
        return clusters.memberships(embeddings * self.centre_scale)

    def predict(self, embeddings: Tensor) -> Tensor:
        """Membership-weighted sum of the heads, `(graphs,)`."""
        predictions: Tensor = self.heads(embeddings)
        return (self.memberships(embeddings) * predictions).sum(dim=1)

    def forward(self, batch: EncoderInput) -> Tensor:
        """Predictions, `(graphs,)`."""
        return self.predict(self.encoder(batch))


@torch.no_grad()
def embed_all(members: Sequence[Member], features: GraphFeatures) -> list[Tensor]:
    """Embeddings by each member, `(graphs, width)` each."""
    parts = encoder_inputs(features)
    return [torch.cat([member.encoder(part) for part in parts]) for member in members]


@torch.no_grad()
def member_predictions(
    members: Sequence[Member],
    target: Target,
    features: GraphFeatures,
    embeddings: Sequence[Tensor],
) -> Array:
    """What each member predicts, decoded, `(members, graphs)`."""
    encoded = [
        member.predict(rows).double().numpy()
        for member, rows in zip(members, embeddings, strict=True)
    ]
    return target.decode(np.stack(encoded), features.log_macs.astype(np.float64))
