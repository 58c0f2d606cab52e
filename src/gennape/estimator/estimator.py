"""The estimator: members that know families and generalists for all others score networks."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import ndtr
from torch import Tensor

from gennape.estimator.adapter import Adapter
from gennape.estimator.config import EstimatorConfig
from gennape.estimator.descriptions import Descriptions
from gennape.estimator.encoders import ENCODERS, graph_features
from gennape.estimator.familiarity import Familiarity
from gennape.estimator.generalists import (
    GENERAL_PARTS,
    Generalists,
    general_parts,
    general_voices,
)
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.member import Member, embed_all, member_predictions
from gennape.estimator.prediction import Explanation, FloatArray, Prediction
from gennape.estimator.reference import Reference
from gennape.estimator.targets import Target, standardised_labels
from gennape.graph import ComputationGraph, GraphBatch
from gennape.graph.arrays import BoolArray, IntArray

_DOUBT = 5
"""Trust in the members falls with this power of the share of nodes of known kinds."""


class Estimator:
    """Scores networks without training them.

    Args:
        config: The recipe it was made by.
        members: The ensemble that ranks networks of families that training has shown.
        generalists: What ranks foreign networks beyond their size; without any, the size
            alone does.
        target: What the members learned to predict.
        familiarity: The families that training has shown.
        reference: The population that scores are relative to.
        adapter: What fine-tuning has learned, if there was any.
    """

    def __init__(
        self,
        config: EstimatorConfig,
        members: Sequence[Member],
        generalists: Generalists | None,
        target: Target,
        familiarity: Familiarity,
        reference: Reference,
        adapter: Adapter | None = None,
    ) -> None:
        self.config = config
        self.members = tuple(member.eval() for member in members)
        self.generalists = generalists
        self.target = target
        self.familiarity = familiarity
        self.reference = reference
        self.adapter = adapter

    def __repr__(self) -> str:
        tuned = ", fine-tuned" if self.adapter else ""
        return f"Estimator({self.config.encoder}, {len(self.members)} members{tuned})"

    def predict(self, graphs: Iterable[ComputationGraph]) -> Prediction:
        """Score networks.

        Args:
            graphs: From `gennape.graph_of`, a family or a `GraphBatch`.
        """
        return self.predict_features(self.features(graphs))

    def features(self, graphs: Iterable[ComputationGraph]) -> GraphFeatures:
        """What the encoder sees of networks; `predict` does this by itself."""
        return graph_features(graphs, self.config.encoder)

    def canonical_features(self, batch: GraphBatch) -> GraphFeatures:
        """What the encoder sees of networks that are in canonical form already."""
        return ENCODERS[self.config.encoder].features(batch)

    def predict_features(self, features: GraphFeatures) -> Prediction:
        """Score networks whose features are at hand."""
        if self.adapter is None:
            return self._zero_shot(features, embed_all(self.members, features))
        mean, deviation = self.adapter.predict(self.describe(features))
        return Prediction(mean, 100 * ndtr(mean), deviation)

    def _zero_shot(self, features: GraphFeatures, embeddings: list[Tensor]) -> Prediction:
        nearest, share, alike = self.familiarity.nearest(features)
        by_members = self._by_members(features, embeddings, nearest, alike)
        trust = self._trust(share, alike)
        in_general = self._in_general(features, np.flatnonzero(trust < 1))
        voices = np.vstack([by_members, in_general])
        weights = np.vstack([_shared(trust, len(by_members)), _shared(1 - trust, len(in_general))])
        score = (weights * voices).sum(axis=0)
        spread = (weights * (voices - score) ** 2).sum(axis=0)
        variance = spread + self.reference.error_variances(nearest, trust)
        return Prediction(score, self.reference.percentiles(score), np.sqrt(variance))

    def _by_members(
        self,
        features: GraphFeatures,
        embeddings: Sequence[Tensor],
        nearest: IntArray,
        alike: BoolArray,
    ) -> FloatArray:
        """Scores of the members, `(members, graphs)`; see `Familiarity.nearest`."""
        predictions = member_predictions(self.members, self.target, features, embeddings)
        return self.reference.member_scores(predictions, nearest, alike)

    def _in_general(self, features: GraphFeatures, foreign: IntArray) -> FloatArray:
        """Scores of the general voices, `(voices, graphs)`; zero but for foreign networks."""
        if not len(foreign):
            return np.zeros((1, len(features)))
        voices = general_voices(self.generalists, features.take(foreign))
        scores = np.zeros((len(voices), len(features)))
        scores[:, foreign] = self.reference.general_scores(voices)
        return scores

    def _trust(self, share: FloatArray, alike: BoolArray) -> FloatArray:
        """Weight of all members together, `(graphs,)`; the rest is the general voice's."""
        if self.generalists:
            return alike.astype(np.float64)
        if self.config.foreign_trust is None:
            return np.ones(len(alike))
        return np.where(alike, 1.0, self.config.foreign_trust * share**_DOUBT)

    def explain(self, graphs: Iterable[ComputationGraph]) -> Explanation:
        """What the scores of networks are the sums of.

        Of an estimator that was not fine-tuned, the parts are

        - of foreign networks: what `macs`, `parameters`, `resolution` and `layers` make of a
          network compared with the mean of the training networks, and what `walks` and
          `encoders` of the generalists add to it;
        - of others: where the middle of their `family` is put, and by how much the `members`
          put a network above it.

        Of one that was fine-tuned: a function of the score without any label (`zero_shot`) and
        functions of the `sizes`, the `embeddings` and the `walks`, see `Adapter`.

        Args:
            graphs: As `predict` takes them.
        """
        features = self.features(graphs)
        nearest, share, alike = self.familiarity.nearest(features)
        names = self.familiarity.names
        families = [names[i] if known else None for i, known in zip(nearest, alike, strict=True)]
        if self.adapter:
            return Explanation(self.adapter.parts(self.describe(features)), families)
        trust, middles = self._trust(share, alike), self.reference.middles(nearest, alike)
        by_members = self._by_members(
            features, embed_all(self.members, features), nearest, alike
        ).mean(axis=0)
        general = self.reference.part_scores(general_parts(self.generalists, features))
        parts = dict(zip(GENERAL_PARTS, (1 - trust) * general, strict=True))
        parts |= {"family": trust * middles, "members": trust * (by_members - middles)}
        return Explanation(parts, families)

    def embed(self, graphs: Iterable[ComputationGraph]) -> npt.NDArray[np.float32]:
        """Embeddings of all members side by side, `(graphs, members x width)`."""
        return self.embed_features(self.features(graphs))

    def embed_features(self, features: GraphFeatures) -> npt.NDArray[np.float32]:
        """Embeddings of networks whose features are at hand, `(graphs, members x width)`."""
        return torch.cat(embed_all(self.members, features), dim=1).numpy()

    def describe(self, features: GraphFeatures) -> Descriptions:
        """Networks as fine-tuning sees them; scores are those before any label."""
        embeddings = embed_all(self.members, features)
        score = self._zero_shot(features, embeddings).score
        return Descriptions.of(features, score, torch.cat(embeddings, dim=1).numpy())

    def memberships(self, features: GraphFeatures) -> npt.NDArray[np.float32]:
        """Share of each network in each fuzzy cluster of the first member.

        Returns:
            `(graphs, clusters)`; rows sum to one.
        """
        first = self.members[0]
        (embeddings,) = embed_all([first], features)
        return first.memberships(embeddings).numpy()

    def fine_tune(
        self,
        graphs: Iterable[ComputationGraph],
        accuracies: Sequence[float] | FloatArray,
        seed: int = 0,
    ) -> "Estimator":
        """A new estimator that has learned some labels of a family; this one stays as it is.

        The new one's scores are in standard deviations of the labelled networks, and its
        uncertainty is the standard deviation of labels around a Gaussian process. Labels of an
        earlier fine-tuning are forgotten.

        Args:
            graphs: Networks, 50 or so.
            accuracies: What was measured of each; higher is better, any unit.
            seed: Of the labels that shape the process, where there are more than a thousand.

        Raises:
            LabelError: Fewer than two labels, one that is not finite, not as many as
                networks, or all equal.
        """
        return self.fine_tune_features(self.features(graphs), accuracies, seed)

    def fine_tune_features(
        self, features: GraphFeatures, accuracies: Sequence[float] | FloatArray, seed: int = 0
    ) -> "Estimator":
        """`fine_tune` for networks whose features are at hand."""
        targets = standardised_labels(np.asarray(accuracies, dtype=np.float64), len(features))
        adapter = Adapter.fit(self.describe(features), targets, seed)
        return Estimator(
            self.config,
            self.members,
            self.generalists,
            self.target,
            self.familiarity,
            self.reference,
            adapter,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint folder: `weights.safetensors` and `estimator.json`."""
        from gennape.estimator.checkpoint import save

        save(self, Path(path))


def _shared(weight: FloatArray, voices: int) -> FloatArray:
    """The same weight for each of some voices, `(graphs,)` to `(voices, graphs)`."""
    return np.tile(weight / voices, (voices, 1))
