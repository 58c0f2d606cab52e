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
        self.noise_distance: Tensor
        self.register_buffer("centres", torch.zeros(config.clusters, config.width))
        self.register_buffer("centre_scale", torch.ones(config.width))
        self.register_buffer("noise_distance", torch.tensor(torch.inf))

    def set_clusters(self, clusters: FuzzyClusters, scale: Tensor) -> None:
        """Take clusters that were fitted to embeddings times `scale`, `(width,)`."""
        self.centres.copy_(clusters.centres)
        self.centre_scale.copy_(scale)

    def memberships(self, embeddings: Tensor) -> Tensor:
        """Share of each embedding in each cluster, `(graphs, clusters)`; rows sum to one."""
        clusters = FuzzyClusters(self.centres, self.fuzzifier)
        return clusters.memberships(embeddings * self.centre_scale)

    def distance(self, embeddings: Tensor) -> Tensor:
        """Distance of each embedding to the nearest centre, `(graphs,)`."""
        return torch.cdist(embeddings * self.centre_scale, self.centres).amin(dim=1)

    def familiarity(self, embeddings: Tensor) -> Tensor:
        """Share of each graph that the noise cluster leaves to the others, `(graphs,)`.

        The noise cluster (Dave, "Characterization and detection of noise in clustering",
        1991) has one distance to every point: what is farther than that from all
        centres is like nothing seen in training.
        """
        power = 2 / (self.fuzzifier - 1)
        return 1 / (1 + (self.distance(embeddings) / self.noise_distance).pow(power))

    def predict(self, embeddings: Tensor) -> Tensor:
        """Membership-weighted sum of the heads, `(graphs,)`."""
        predictions: Tensor = self.heads(embeddings)
        return (self.memberships(embeddings) * predictions).sum(dim=1)

    def forward(self, batch: EncoderInput) -> Tensor:
        """Predictions, `(graphs,)`; the noise cluster's head says zero, "nothing is known"."""
        embeddings = self.encoder(batch)
        return self.predict(embeddings) * self.familiarity(embeddings)
