"""What an estimator makes of many networks after it has learned a few labels of theirs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from gennape.estimator import Estimator
from gennape.estimator.adapter import Adapter
from gennape.estimator.estimator import _adapter_inputs
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.targets import standardised_labels

Array = npt.NDArray[np.floating[Any]]
Rows = npt.NDArray[np.int64]

DRAWS = (0, 1, 2, 3, 4)
"""Seeds of the labelled networks that are drawn."""


def draw(networks: int, labels: int, seed: int) -> tuple[Rows, Rows]:
    """Which networks' labels are given, and all the rest, on which the ranking is judged."""
    order = np.random.default_rng(seed).permutation(networks)
    return order[:labels], order[labels:]


@dataclass(frozen=True)
class Scored:
    """Networks as an estimator sees them; fine-tuning on some of them costs milliseconds.

    Attributes:
        score: Before any fine-tuning, `(networks,)`.
        trend: Inputs of the fine-tuned trend, `(networks, inputs)`.
        descriptors: Inputs of its Gaussian process, `(networks, columns)`.
    """

    score: Array
    trend: Array
    descriptors: Array

    @classmethod
    def of(cls, features: GraphFeatures, score: Array, embeddings: Array) -> "Scored":
        """Networks whose scores and embeddings, `Estimator.embed_features`, are at hand."""
        columns = [torch.from_numpy(embeddings)]
        return cls(score, *_adapter_inputs(score, features, columns))

    @classmethod
    def by(cls, estimator: Estimator, features: GraphFeatures) -> "Scored":
        """Networks that `estimator` is to score now."""
        score = estimator.predict_features(features).score
        return cls.of(features, score, estimator.embed_features(features))

    def after(self, given: Rows, accuracies: Array, rest: Rows) -> Array:
        """Scores of the networks `rest` by the estimator fine-tuned on the networks `given`.

        The same as `Estimator.fine_tune` and then `predict`.

        Raises:
            LabelError: Nothing can be learned from the accuracies, see `Estimator.fine_tune`.
        """
        targets = standardised_labels(accuracies, len(given))
        adapter = Adapter.fit(self.trend[given], self.descriptors[given], targets)
        return adapter.predict(self.trend[rest], self.descriptors[rest])[0]
