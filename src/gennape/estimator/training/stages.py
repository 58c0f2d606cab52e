"""Training of a clustered predictor, in three stages.

1. Contrastive: the encoder learns structure, without labels.
2. Supervised: encoder and one head learn the label.
3. Clusters: fuzzy c-means on the embeddings; each cluster's head starts as a copy of
   the head of stage 2 and specialises on its share of the graphs, the encoder at rest.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from gennape.estimator.config import EstimatorConfig
from gennape.estimator.models.clustered_predictor import ClusteredPredictor, Heads, embed_all
from gennape.estimator.models.fuzzy_clusters import fit_clusters
from gennape.estimator.models.message_passing import EncoderInput
from gennape.estimator.training.contrastive import contrastive_loss, structural_similarity
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


def train_predictor(predictor: ClusteredPredictor, data: TrainingSet, run: PredictorRun) -> None:
    """Train in place, stage by stage."""
    torch.manual_seed(run.seed)
    shared = Heads(1, predictor.width)  # here, where the state of the generator is known
    predictor.encoder.fit_scaler(torch.from_numpy(data.features.nodes))
    if run.config.contrastive_epochs:
        _learn_structure(predictor, data, run)
    offsets = FamilyOffsets(data)
    _learn_label(predictor, shared, offsets, data, run)
    _learn_clusters(predictor, shared, offsets, data, run)
    predictor.eval()


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


def _learn_structure(predictor: ClusteredPredictor, data: TrainingSet, run: PredictorRun) -> None:
    config = run.config

    def loss(rows: IntArray) -> Tensor:
        graphs = EncoderInput.of(data.features.take(rows))
        views = torch.cat([predictor.encoder(graphs), predictor.encoder(graphs)])  # dropout differs
        spectra = data.spectra[rows].repeat(2, 1)
        similarity = structural_similarity(spectra, config.similarity_temperature)
        return contrastive_loss(views, similarity, config.contrastive_temperature)

    plan = run.plan(
        1, "contrastive", config.contrastive_epochs, config.batch_size, config.learning_rate
    )
    train(predictor.encoder, loss, data.order, plan, run.state_file("contrastive"), run.report)


def _learn_label(
    predictor: ClusteredPredictor,
    shared: Heads,
    offsets: FamilyOffsets,
    data: TrainingSet,
    run: PredictorRun,
) -> None:
    config = run.config

    def loss(rows: IntArray) -> Tensor:
        embeddings = predictor.encoder(EncoderInput.of(data.features.take(rows)))
        return offsets.error(shared(embeddings)[:, 0], rows)

    plan = run.plan(2, "supervised", config.epochs, config.batch_size, config.learning_rate)
    parts = nn.ModuleDict({"encoder": predictor.encoder, "head": shared, "offsets": offsets})
    train(parts, loss, data.order, plan, run.state_file("supervised"), run.report)


def _learn_clusters(
    predictor: ClusteredPredictor,
    shared: Heads,
    offsets: FamilyOffsets,
    data: TrainingSet,
    run: PredictorRun,
) -> None:
    config = run.config
    (embeddings,) = embed_all([predictor], data.features)
    scale = 1 / embeddings.std(dim=0).clamp(min=_SMALLEST_DEVIATION)
    clusters = fit_clusters(embeddings * scale, config.clusters, config.fuzzifier, run.seed)
    predictor.set_clusters(clusters, scale)
    predictor.heads = shared.copies(config.clusters)
    if config.clusters == 1:
        return
    weights = predictor.memberships(embeddings)

    def loss(rows: IntArray) -> Tensor:
        predictions: Tensor = predictor.heads(embeddings[rows])
        return offsets.error((weights[rows] * predictions).sum(dim=1), rows)

    plan = run.plan(3, "heads", config.head_epochs, _HEAD_BATCH, config.learning_rate / 3)
    train(predictor.heads, loss, data.order, plan, run.state_file("heads"), run.report)
