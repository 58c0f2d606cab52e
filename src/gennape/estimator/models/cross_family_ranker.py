"""Cross-family ranker: the size prior, and what several families teach beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.size_prior import size_prior, size_prior_parts
from gennape.estimator.models.clustered_predictor import Heads
from gennape.estimator.models.message_passing import (
    EncoderInput,
    MessagePassingEncoder,
    encoder_inputs,
)
from gennape.estimator.models.moment_regression import MomentRegression
from gennape.utils.array_types import FloatArray

SCORE_PARTS = ("macs", "parameters", "resolution", "layers", "neighbour_moments", "encoders")
"""Parts of a score by the ranker: the size prior's four, and what several families teach."""

_WIDTH = 32
_MOMENT_WEIGHT = 0.35
"""A deviation of labels, the unit of the moment regression, in the unit of the size prior; chosen
on families left out (docs/experiments.md, neighbour moments beside the encoders)."""


class ResidualEncoder(nn.Module):
    """Encoder of how much better a network is than its size prior, in the prior's unit.

    Args:
        config: Number of layers and dropout.
    """

    def __init__(self, config: EstimatorConfig) -> None:
        super().__init__()
        narrow = replace(config, width=_WIDTH)
        self.encoder = MessagePassingEncoder(narrow, EncoderView("mean and sum", paths=True))
        self.head = Heads(1, 2 * _WIDTH)
        self.limits: Tensor
        self.register_buffer("limits", torch.tensor([-torch.inf, torch.inf]))

    def forward(self, batch: EncoderInput) -> Tensor:
        """Compute what is to be added to the size prior, `(graphs,)`.

        Never less or more than for the training networks: how far it goes beyond them, in
        networks much deeper than theirs for instance, nothing has taught it.
        """
        residual: Tensor = self.head(self.encoder(batch))
        return residual[:, 0].clamp(*self.limits)

    @torch.no_grad()
    def fit_limits(self, features: GraphFeatures) -> None:
        """Take the range of the residuals of some networks for the limits."""
        residuals = torch.cat([self(part) for part in encoder_inputs(features)])
        self.limits.copy_(torch.stack([residuals.min(), residuals.max()]))


@dataclass(frozen=True)
class CrossFamilyRanker:
    """Knowledge that holds in every family of the training set.

    Attributes:
        encoders: Each gives a component of its own.
        moments: The regression on neighbour moments, shared by all components.
    """

    encoders: Sequence[ResidualEncoder]
    moments: MomentRegression

    def moment_scores(self, features: GraphFeatures) -> FloatArray:
        """Compute what the neighbour moments add to the size prior, `(graphs,)`."""
        added: FloatArray = _MOMENT_WEIGHT * self.moments(features)
        return added

    @torch.no_grad()
    def encoder_scores(self, features: GraphFeatures) -> FloatArray:
        """Compute what each encoder adds to the size prior, `(encoders, graphs)`."""
        parts = encoder_inputs(features)
        added = [torch.cat([encoder(part) for part in parts]).numpy() for encoder in self.encoders]
        return np.stack(added).astype(np.float64)


def component_scores(ranker: CrossFamilyRanker | None, features: GraphFeatures) -> FloatArray:
    """Score networks by each component, `(components, graphs)`.

    Without a ranker the size prior is the only component.
    """
    prior = size_prior(features.sizes)
    if ranker is None:
        return prior[None]
    scores: FloatArray = prior + ranker.moment_scores(features) + ranker.encoder_scores(features)
    return scores


def score_parts(ranker: CrossFamilyRanker | None, features: GraphFeatures) -> FloatArray:
    """Compute the parts of the mean component, `(parts, graphs)`; see `SCORE_PARTS`."""
    prior = size_prior_parts(features.sizes).T
    if ranker is None:
        return np.vstack([prior, np.zeros((2, len(features)))])
    encoders = ranker.encoder_scores(features).mean(axis=0)
    return np.vstack([prior, ranker.moment_scores(features), encoders])
