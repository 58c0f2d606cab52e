"""Cross-family ranker: the size prior, and what several families teach beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.size_prior import size_prior, size_prior_parts
from gennape.estimator.models.encoder_input import EncoderInput, EncoderInputs
from gennape.estimator.models.layers import Heads
from gennape.estimator.models.message_passing import MessagePassingEncoder
from gennape.estimator.models.moment_regression import MomentRegression
from gennape.estimator.models.stored_arrays import StoredArrays, named
from gennape.utils.array_types import FloatArray

SCORE_PARTS = ("macs", "parameters", "resolution", "layers", "neighbour_moments", "encoders")
"""Parts of a score by the ranker: the size prior's four, and what several families teach."""

RESIDUAL_WIDTH = 32
RESIDUAL_VIEW = EncoderView("mean and sum", paths=True)
"""Of the encoders of residuals."""

_MOMENT_WEIGHT = 0.35
"""A deviation of labels, the unit of the moment regression, in the unit of the size prior; chosen
on families left out (docs/experiments.md, neighbour moments beside the encoders)."""


@dataclass(frozen=True)
class ResidualEncoder:
    """Encoder of how much better a network is than its size prior, in the prior's unit.

    Attributes:
        encoder: Networks to embeddings.
        head: A single head.
        limits: The least and the greatest residual of a training network, `(2,)`.
    """

    encoder: MessagePassingEncoder
    head: Heads
    limits: FloatArray

    @classmethod
    def read(cls, stored: StoredArrays, config: EstimatorConfig) -> "ResidualEncoder":
        """Take the encoder's arrays; the number of layers is that of the config."""
        return cls(
            MessagePassingEncoder.read(
                stored.below("encoder"), replace(config, width=RESIDUAL_WIDTH), RESIDUAL_VIEW
            ),
            Heads.read(stored.below("head"), 1, len(RESIDUAL_VIEW.readouts) * RESIDUAL_WIDTH),
            stored.take("limits", 2, low=-np.inf, high=np.inf),  # none before training ends
        )

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        parts = named("encoder", self.encoder.arrays()) | named("head", self.head.arrays())
        return parts | {"limits": self.limits}

    def __call__(self, batch: EncoderInput) -> FloatArray:
        """Compute what is to be added to the size prior, `(graphs,)`.

        Never less or more than for the training networks: how far it goes beyond them, in
        networks much deeper than theirs for instance, nothing has taught it.
        """
        return np.clip(self.head(self.encoder(batch))[:, 0], *self.limits)


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

    def encoder_scores(self, features: GraphFeatures) -> FloatArray:
        """Compute what each encoder adds to the size prior, `(encoders, graphs)`."""
        inputs = EncoderInputs.of(features)
        return np.stack([inputs.encoded(one) for one in self.encoders]).astype(np.float64)


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
