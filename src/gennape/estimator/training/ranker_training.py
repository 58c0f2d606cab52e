"""Training of the cross-family ranker: what holds in every family beyond the size prior."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gennape.estimator.config import EstimatorConfig
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker, ResidualEncoder
from gennape.estimator.models.encoder_input import EncoderInputs
from gennape.estimator.models.moment_regression import MomentRegression
from gennape.estimator.training.encoder_modules import EncoderBatch, arrays_of
from gennape.estimator.training.head_modules import ResidualModule
from gennape.estimator.training.loop import TrainingPlan, train
from gennape.estimator.training.stages import PredictorRun
from gennape.estimator.training.training_set import TrainingSet
from gennape.utils.array_types import IntArray
from gennape.utils.progress import ProgressCallback

_STEPS = 60
"""Steps an epoch."""
_FAMILIES, _NETWORKS = 3, 32
"""Families a step, and networks of each."""
_LEARNING_RATE, _WEIGHT_DECAY = 3e-3, 1e-2
_VARIANCE_PENALTY = 0.3
"""Weight of the residuals' variance in the loss, chosen on families left out
(docs/decisions/0013-cross-family-ranker.md)."""
_LEAST_SPREAD = 0.05
"""Families whose scores spread less than this are not blown up to correlate."""


def train_ranker(
    data: TrainingSet, config: EstimatorConfig, seed: int, folder: Path, report: ProgressCallback
) -> CrossFamilyRanker | None:
    """Learn what holds in every family; None where there is one family or no ranker is wanted.

    Args:
        data: The families.
        config: The recipe.
        seed: Of all random choices.
        folder: Where states are kept, so that a killed run goes on.
        report: Told of the progress.
    """
    if len(data.family_rows) < 2 or not config.ranker_encoders:
        return None
    encoders = []
    for index in range(config.ranker_encoders):
        name = f"ranker encoder {index + 1} of {config.ranker_encoders}"
        run = PredictorRun(config, seed * 100 + index, folder, name, report)
        encoders.append(train_residual_encoder(data, run))
    moments = MomentRegression.fit(data.features, data.targets.numpy(), data.family_rows)
    return CrossFamilyRanker(encoders, moments)


def train_residual_encoder(data: TrainingSet, run: PredictorRun) -> ResidualEncoder:
    """Train an encoder.

    The sum of size prior and residual is to correlate with the labels of each family, whatever
    their scales. A penalty on the residuals' variance keeps them as small as they may be: so
    they hold for families that were never seen (docs/experiments.md).
    """
    torch.manual_seed(run.seed)
    encoder = ResidualModule(run.config)
    encoder.encoder.fit_scaler(data.features.nodes)
    prior = torch.from_numpy(size_prior(data.features.sizes)).float()
    families = data.family_rows
    together = min(_FAMILIES, len(families))

    def order(rng: np.random.Generator) -> IntArray:
        """Steps of some families, and of some networks of each, drawn anew."""
        chosen = [rng.permutation(len(families))[:together] for _ in range(_STEPS)]
        drawn = [rng.choice(families[family], _NETWORKS) for step in chosen for family in step]
        return np.concatenate(drawn)

    def loss(rows: IntArray) -> Tensor:
        residuals = encoder(EncoderBatch.of(data.features.take(rows))).view(together, -1)
        scores = prior[rows].view(together, -1) + residuals
        agreement = _correlations(scores, data.targets[rows].view(together, -1))
        penalised: Tensor = 1 - agreement + _VARIANCE_PENALTY * residuals.var(dim=1)
        return penalised.mean()

    plan = TrainingPlan(
        name=f"{run.name}, all families",
        epochs=run.config.ranker_epochs,
        batch_size=together * _NETWORKS,
        learning_rate=_LEARNING_RATE,
        seed=run.seed * 10 + 4,
        weight_decay=_WEIGHT_DECAY,
    )
    train(encoder, loss, order, plan, run.state_file("all-families"), run.report)
    trained = ResidualEncoder.read(arrays_of(encoder), run.config)
    residuals = EncoderInputs.of(data.features).encoded(trained)
    limits = np.array([residuals.min(), residuals.max()], dtype=np.float32)
    return replace(trained, limits=limits)


def _correlations(scores: Tensor, targets: Tensor) -> Tensor:
    """Pearson correlations within families, `(families, networks)` to `(families,)`."""
    scores = scores - scores.mean(dim=1, keepdim=True)
    targets = targets - targets.mean(dim=1, keepdim=True)
    spread = scores.norm(dim=1) + _LEAST_SPREAD * scores.shape[1] ** 0.5
    correlations: Tensor = (scores * targets).sum(dim=1) / (
        spread * targets.norm(dim=1).clamp(min=1e-6)
    )
    return correlations
