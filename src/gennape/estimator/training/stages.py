"""Training of a clustered predictor, in three stages.

1. Contrastive: the encoder learns structure, without labels.
2. Supervised: encoder and one head learn the label.
3. Clusters: fuzzy c-means on the embeddings; each cluster's head starts as a copy of
   the head of stage 2 and specialises on its share of the graphs, the encoder at rest.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.models.clustered_predictor import ClusteredPredictor
from gennape.estimator.models.encoder_input import EncoderInputs
from gennape.estimator.models.fuzzy_clusters import memberships
from gennape.estimator.models.layers import Heads
from gennape.estimator.models.registry import ENCODERS, Encoder
from gennape.estimator.training.contrastive import contrastive_loss, structural_similarity
from gennape.estimator.training.encoder_modules import (
    EncoderBatch,
    EncoderModule,
    arrays_of,
    encoder_module,
)
from gennape.estimator.training.fuzzy_c_means import fit_centres
from gennape.estimator.training.head_modules import HeadsModule
from gennape.estimator.training.loop import TrainingPlan, train
from gennape.estimator.training.training_set import TrainingSet
from gennape.utils.array_types import IntArray
from gennape.utils.progress import ProgressCallback

_HEAD_BATCH = 512
_SMALLEST_DEVIATION = 1e-6


@dataclass(frozen=True)
class PredictorRun:
    """Settings of the training of one predictor or encoder.

    Attributes:
        config: The recipe.
        seed: Of this predictor.
        folder: Where states are kept, so that a killed run goes on.
        name: Of the predictor in progress reports.
        report: Told of the progress.
    """

    config: EstimatorConfig
    seed: int
    folder: Path
    name: str
    report: ProgressCallback

    def plan(
        self, stage: int, what: str, epochs: int, batch_size: int, rate: float
    ) -> TrainingPlan:
        """Plan a stage, with a seed of its own."""
        return TrainingPlan(
            f"{self.name}, {what}", epochs, batch_size, rate, self.seed * 10 + stage
        )

    def state_file(self, what: str) -> Path:
        """Name the file that keeps the state of a stage."""
        return self.folder / f"{self.name.replace(' ', '-')}-{what}.pt"


def train_predictor(view: EncoderView, data: TrainingSet, run: PredictorRun) -> ClusteredPredictor:
    """Train a predictor with the given view, stage by stage."""
    torch.manual_seed(run.seed)
    module = encoder_module(run.config, view)
    module.fit_scaler(data.features.nodes)
    torch.manual_seed(run.seed)
    shared = HeadsModule(1, run.config.width * len(view.readouts))
    if run.config.contrastive_epochs:
        _learn_structure(module, data, run)
    offsets = FamilyOffsets(data)
    _learn_label(module, shared, offsets, data, run)
    encoder = ENCODERS[run.config.encoder].read(arrays_of(module), run.config, view)
    return _learn_clusters(encoder, shared, offsets, data, run)


class FamilyOffsets(nn.Module):
    """Offset of each family that is added to predictions while training.

    Labels are relative to their family, so how much better one family is than another is
    not known; what a family's labels have in common must not be learned as quality.
    """

    def __init__(self, data: TrainingSet) -> None:
        super().__init__()
        self.data = data
        self.offsets = nn.Parameter(torch.zeros(int(data.families.max()) + 1))

    def error(self, predictions: Tensor, rows: IntArray) -> Tensor:
        """Compute the mean squared error of predictions for some rows of the training set."""
        shifted = predictions + self.offsets[self.data.families[rows]]
        return (shifted - self.data.targets[rows]).square().mean()


def _learn_structure(encoder: EncoderModule, data: TrainingSet, run: PredictorRun) -> None:
    config = run.config

    def loss(rows: IntArray) -> Tensor:
        graphs = EncoderBatch.of(data.features.take(rows))
        views = torch.cat([encoder(graphs), encoder(graphs)])  # dropout differs
        spectra = data.spectra[rows].repeat(2, 1)
        similarity = structural_similarity(spectra, config.similarity_temperature)
        return contrastive_loss(views, similarity, config.contrastive_temperature)

    plan = run.plan(
        1, "contrastive", config.contrastive_epochs, config.batch_size, config.learning_rate
    )
    train(encoder, loss, data.order, plan, run.state_file("contrastive"), run.report)


def _learn_label(
    encoder: EncoderModule,
    shared: HeadsModule,
    offsets: FamilyOffsets,
    data: TrainingSet,
    run: PredictorRun,
) -> None:
    config = run.config

    def loss(rows: IntArray) -> Tensor:
        embeddings = encoder(EncoderBatch.of(data.features.take(rows)))
        return offsets.error(shared(embeddings)[:, 0], rows)

    plan = run.plan(2, "supervised", config.epochs, config.batch_size, config.learning_rate)
    parts = nn.ModuleDict({"encoder": encoder, "head": shared, "offsets": offsets})
    train(parts, loss, data.order, plan, run.state_file("supervised"), run.report)


def _learn_clusters(
    encoder: Encoder,
    shared: HeadsModule,
    offsets: FamilyOffsets,
    data: TrainingSet,
    run: PredictorRun,
) -> ClusteredPredictor:
    config = run.config
    embedded = EncoderInputs.of(data.features).encoded(encoder)
    deviation = embedded.std(axis=0, ddof=1, dtype=np.float64)
    scale = (1 / np.maximum(deviation, _SMALLEST_DEVIATION)).astype(np.float32)
    centres = fit_centres(embedded * scale, config.clusters, config.fuzzifier, run.seed)
    heads = shared.copies(config.clusters)
    if config.clusters > 1:
        embeddings = torch.from_numpy(embedded)
        weights = torch.from_numpy(memberships(embedded * scale, centres, config.fuzzifier))

        def loss(rows: IntArray) -> Tensor:
            predictions: Tensor = heads(embeddings[rows])
            return offsets.error((weights[rows] * predictions).sum(dim=1), rows)

        plan = run.plan(3, "heads", config.head_epochs, _HEAD_BATCH, config.learning_rate / 3)
        train(heads, loss, data.order, plan, run.state_file("heads"), run.report)
    trained = Heads.read(arrays_of(heads), config.clusters, embedded.shape[1])
    return ClusteredPredictor(encoder, trained, centres, scale, config.fuzzifier)
