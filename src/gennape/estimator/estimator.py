"""The estimator: an ensemble of members that scores networks."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from gennape.estimator.config import EstimatorConfig
from gennape.estimator.encoder import EncoderInput
from gennape.estimator.encoders import graph_features
from gennape.estimator.familiarity import Familiarity
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.member import Member
from gennape.estimator.stages import in_batches
from gennape.estimator.targets import Target
from gennape.graph import ComputationGraph

FloatArray = npt.NDArray[np.float64]

_QUANTILES = 1001
_SMALLEST_DEVIATION = 1e-12


@dataclass(frozen=True)
class Prediction:
    """What an estimator says of networks; each array has the shape `(graphs,)`.

    Attributes:
        score: Higher is better, in standard deviations of the reference population.
        percentile: Share of the reference population that scores lower, 0 to 100.
        uncertainty: Spread of the voices that make up the score: standard deviation of the
            members' scores, and of the size's where it has a say.
    """

    score: FloatArray
    percentile: FloatArray
    uncertainty: FloatArray

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True)
class Reference:
    """The population that scores are relative to: the training networks.

    Attributes:
        means: Mean prediction of each member for it, `(members,)`.
        deviations: Standard deviations of the same, `(members,)`.
        size_mean: Mean of log10(MACs + 1).
        size_deviation: Standard deviation of the same.
        quantiles: Scores at 1,001 evenly spaced quantiles, ascending.
    """

    means: FloatArray
    deviations: FloatArray
    size_mean: float
    size_deviation: float
    quantiles: FloatArray

    @classmethod
    def of(cls, predictions: FloatArray, log_macs: FloatArray) -> "Reference":
        """The reference of members' predictions, `(members, graphs)`, and sizes, `(graphs,)`."""
        means = predictions.mean(axis=1)
        deviations = np.maximum(predictions.std(axis=1), _SMALLEST_DEVIATION)
        scores = ((predictions - means[:, None]) / deviations[:, None]).mean(axis=0)
        return cls(
            means,
            deviations,
            float(log_macs.mean()),
            max(float(log_macs.std()), _SMALLEST_DEVIATION),
            np.quantile(scores, np.linspace(0, 1, _QUANTILES)),
        )

    def scores(self, predictions: FloatArray) -> FloatArray:
        """Members' predictions in standard deviations, `(members, graphs)`."""
        return (predictions - self.means[:, None]) / self.deviations[:, None]

    def size_scores(self, log_macs: FloatArray) -> FloatArray:
        """Sizes in standard deviations, `(graphs,)`."""
        return (log_macs - self.size_mean) / self.size_deviation

    def percentiles(self, scores: FloatArray) -> FloatArray:
        """Share of the population below each score, 0 to 100."""
        below = np.searchsorted(self.quantiles, scores, side="left")
        return 100.0 * np.clip(below / (_QUANTILES - 1), 0, 1)


class Estimator:
    """Scores networks without training them.

    Args:
        config: The recipe it was made by.
        members: The ensemble.
        target: What the members learned to predict.
        familiarity: The kinds of nodes that training has shown.
        reference: The population that scores are relative to.
    """

    def __init__(
        self,
        config: EstimatorConfig,
        members: Sequence[Member],
        target: Target,
        familiarity: Familiarity,
        reference: Reference,
    ) -> None:
        self.config = config
        self.members = tuple(member.eval() for member in members)
        self.target = target
        self.familiarity = familiarity
        self.reference = reference

    def __repr__(self) -> str:
        return f"Estimator({self.config.encoder}, {len(self.members)} members)"

    def predict(self, graphs: Iterable[ComputationGraph]) -> Prediction:
        """Score networks.

        Args:
            graphs: From `gennape.graph_of`, a family or a `GraphBatch`.
        """
        return self.predict_features(self.features(graphs))

    def features(self, graphs: Iterable[ComputationGraph]) -> GraphFeatures:
        """What the encoder sees of networks; `predict` does this by itself."""
        return graph_features(graphs, self.config.encoder)

    def predict_features(self, features: GraphFeatures) -> Prediction:
        """Score networks whose features are at hand."""
        log_macs = features.log_macs.astype(np.float64)
        voices = np.vstack(
            [
                self.reference.scores(member_predictions(self.members, self.target, features)),
                self.reference.size_scores(log_macs),
            ]
        )
        weights = self._weights(features)
        score = (weights * voices).sum(axis=0)
        variance = (weights * (voices - score) ** 2).sum(axis=0)
        return Prediction(score, self.reference.percentiles(score), np.sqrt(variance))

    def _weights(self, features: GraphFeatures) -> FloatArray:
        """Weight of each member and, last, of the size, `(members + 1, graphs)`."""
        foreign = self.familiarity.is_foreign(features.kinds, features.node_offsets)
        trust = np.where(foreign, self.config.foreign_trust, 1.0)
        each = np.tile(trust / len(self.members), (len(self.members), 1))
        return np.vstack([each, 1 - trust])

    @torch.no_grad()
    def embed(self, graphs: Iterable[ComputationGraph]) -> npt.NDArray[np.float32]:
        """Embeddings of all members side by side, `(graphs, members x width)`."""
        parts = [EncoderInput.of(part) for part in in_batches(self.features(graphs))]
        rows = [
            torch.cat([member.encoder(part) for member in self.members], dim=1) for part in parts
        ]
        return torch.cat(rows).numpy()

    def fine_tune(
        self,
        graphs: Iterable[ComputationGraph],
        accuracies: Sequence[float] | FloatArray,
        seed: int = 0,
    ) -> "Estimator":
        """A new estimator that has learned some labels of a family; this one stays as it is.

        Args:
            graphs: Networks, 50 or so.
            accuracies: What was measured of each; higher is better, any unit.
            seed: Of the training.

        Raises:
            ValueError: Fewer than two labels, a label that is not finite, or as many labels
                as graphs are not given.
        """
        from gennape.estimator.fine_tuning import fine_tuned

        return fine_tuned(self, list(graphs), np.asarray(accuracies, dtype=np.float64), seed)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint folder: `weights.safetensors` and `estimator.json`."""
        from gennape.estimator.checkpoint import save

        save(self, Path(path))


def assembled(
    config: EstimatorConfig,
    members: Sequence[Member],
    target: Target,
    familiarity: Familiarity,
    features: GraphFeatures,
) -> Estimator:
    """The estimator of trained members; `features` are its reference population."""
    predictions = member_predictions(members, target, features)
    reference = Reference.of(predictions, features.log_macs.astype(np.float64))
    return Estimator(config, members, target, familiarity, reference)


@torch.no_grad()
def member_predictions(
    members: Sequence[Member], target: Target, features: GraphFeatures
) -> FloatArray:
    """What each member predicts, decoded, `(members, graphs)`."""
    parts = [EncoderInput.of(part) for part in in_batches(features)]
    encoded = np.stack(
        [torch.cat([member(part) for part in parts]).double().numpy() for member in members]
    )
    return target.decode(encoded, features.log_macs.astype(np.float64))
