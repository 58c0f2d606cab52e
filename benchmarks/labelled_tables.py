"""Labelled tables as the cross-family ranker learns from them, for leaving some out."""

from collections.abc import Sequence

import numpy as np
import torch

from gennape import benchmarks
from gennape.estimator import DEFAULT
from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.registry import graph_features
from gennape.estimator.training.training_set import TrainingSet

ROWS = 4_000
"""Most networks of a table that are learned from; all are ranked."""


class Table:
    """A labelled table as the ranker learns from it."""

    def __init__(self, name: str) -> None:
        table = benchmarks.load(name)
        known = np.flatnonzero(np.isfinite(table.accuracies))
        self.name = name
        self.accuracies = table.accuracies[known]
        graphs = list(table.graphs(known))
        self.features = graph_features(graphs, DEFAULT.encoder)
        self.parameters = np.array([graph.parameters for graph in graphs])

    def learned(self) -> tuple[GraphFeatures, np.ndarray]:
        """Some of its networks, and what there is to learn of them."""
        rows = np.random.default_rng(0).permutation(len(self.accuracies))[:ROWS]
        features, accuracies = self.features.take(rows), self.accuracies[rows]
        target = LabelTransform.fit("rank", accuracies, features.log_macs)
        return features, target.apply(accuracies, features.log_macs)


def training_set(tables: Sequence[Table]) -> TrainingSet:
    features, targets = zip(*(table.learned() for table in tables), strict=True)
    sizes = torch.tensor([len(part) for part in features])
    return TrainingSet(
        [table.name for table in tables],
        GraphFeatures.join(features),
        torch.zeros(int(sizes.sum()), 0),
        torch.from_numpy(np.concatenate(targets)).float(),
        torch.arange(len(tables)).repeat_interleave(sizes),
    )
