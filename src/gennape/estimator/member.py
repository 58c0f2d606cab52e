"""One member of the ensemble: an encoder, fuzzy clusters of its embeddings, and their heads."""

import torch
from torch import Tensor, nn

from gennape.estimator.config import EstimatorConfig, View
from gennape.estimator.encoder import EncoderInput
from gennape.estimator.encoders import ENCODERS
from gennape.estimator.fuzzy import FuzzyClusters
from gennape.estimator.heads import Heads


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
        self.heads = Heads(config.clusters, config.width)
        self.centres: Tensor
        self.centre_scale: Tensor
        self.register_buffer("centres", torch.zeros(config.clusters, config.width))
        self.register_buffer("centre_scale", torch.ones(config.width))

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
