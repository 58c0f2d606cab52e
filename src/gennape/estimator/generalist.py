"""Generalists: what ranks networks of every family alike, beyond their size."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from gennape.estimator.config import EstimatorConfig, View
from gennape.estimator.encoder import EncoderInput, MessagePassingEncoder, encoder_inputs
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.heads import Heads
from gennape.estimator.sizes import size_scores
from gennape.estimator.stages import Run
from gennape.estimator.training import Plan, train
from gennape.estimator.training_set import TrainingSet
from gennape.graph.arrays import IntArray

_WIDTH = 32
_STEPS = 60
"""Steps an epoch."""
_FAMILIES, _NETWORKS = 3, 32
"""Families a step, and networks of each."""
_LEARNING_RATE, _WEIGHT_DECAY = 3e-3, 1e-2
_RESTRAINT = 0.3
_LEAST_SPREAD = 0.05
"""Families whose scores spread less than this are not blown up to correlate."""


class Generalist(nn.Module):
    """Says by how much a network is better than its size suggests, in the unit of the size.

    Args:
        config: Layers and dropout.
    """

    def __init__(self, config: EstimatorConfig) -> None:
        super().__init__()
        narrow = replace(config, width=_WIDTH)
        self.encoder = MessagePassingEncoder(narrow, View("mean and sum", paths=True))
        self.head = Heads(1, 2 * _WIDTH)
        self.limits: Tensor
        self.register_buffer("limits", torch.tensor([-torch.inf, torch.inf]))

    def forward(self, batch: EncoderInput) -> Tensor:
        """What is to be added to the `size_scores`, `(graphs,)`.

        Never less or more than for the networks it has learned from: how far it goes beyond
        them, in networks much deeper than theirs for instance, nothing has taught it.
        """
        remainder: Tensor = self.head(self.encoder(batch))
        return remainder[:, 0].clamp(*self.limits)

    @torch.no_grad()
    def fit_limits(self, features: GraphFeatures) -> None:
        """Take the range of what it says of some networks for its limits."""
        said = torch.cat([self(part) for part in encoder_inputs(features)])
        self.limits.copy_(torch.stack([said.min(), said.max()]))


def train_generalist(generalist: Generalist, data: TrainingSet, run: Run) -> None:
    """Learn what holds in every family, in place.

    The sum of size and generalist is to correlate with the labels of each family, whatever
    their scales. The generalist is held back from saying more than it must: so what it says
    holds for families it never saw (docs/experiments.md).
    """
    generalist.encoder.fit_scaler(torch.from_numpy(data.features.nodes))
    sizes = torch.from_numpy(size_scores(data.features.sizes)).float()
    families = data.family_rows
    together = min(_FAMILIES, len(families))

    def order(rng: np.random.Generator) -> IntArray:
        """Steps of some families, and of some networks of each, drawn anew."""
        chosen = [rng.permutation(len(families))[:together] for _ in range(_STEPS)]
        drawn = [rng.choice(families[family], _NETWORKS) for step in chosen for family in step]
        return np.concatenate(drawn)

    def loss(rows: IntArray) -> Tensor:
        remainders = generalist(EncoderInput.of(data.features.take(rows))).view(together, -1)
        scores = sizes[rows].view(together, -1) + remainders
        agreement = _correlations(scores, data.targets[rows].view(together, -1))
        restrained: Tensor = 1 - agreement + _RESTRAINT * remainders.var(dim=1)
        return restrained.mean()

    plan = Plan(
        f"{run.name}, all families",
        run.config.generalist_epochs,
        together * _NETWORKS,
        _LEARNING_RATE,
        run.seed * 10 + 4,
        _WEIGHT_DECAY,
    )
    train(generalist, loss, order, plan, run.state_file("generalist"), run.report)
    generalist.fit_limits(data.features)


def _correlations(scores: Tensor, targets: Tensor) -> Tensor:
    """Pearson correlations within families, `(families, networks)` to `(families,)`."""
    scores = scores - scores.mean(dim=1, keepdim=True)
    targets = targets - targets.mean(dim=1, keepdim=True)
    spread = scores.norm(dim=1) + _LEAST_SPREAD * scores.shape[1] ** 0.5
    correlations: Tensor = (scores * targets).sum(dim=1) / (
        spread * targets.norm(dim=1).clamp(min=1e-6)
    )
    return correlations
