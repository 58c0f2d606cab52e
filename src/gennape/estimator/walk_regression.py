"""What walks say of every family beyond size: a ridge regression."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.sizes import size_scores
from gennape.estimator.training_set import TrainingSet
from gennape.estimator.walks import walk_moments
from gennape.graph.arrays import IntArray

Array = npt.NDArray[np.floating[Any]]

_STEPS = 1
"""More steps say more of the training families and less of others."""
_RIDGE = 0.6
"""In variances of a standardised column."""
_LIMIT = 4.0
"""Deviations from the family's mean beyond this are taken for it."""
_SMALLEST_DEVIATION = 1e-4


@dataclass(frozen=True)
class WalkRegression:
    """Says by how much a network is better than its size suggests, in deviations of labels.

    Attributes:
        low: The least of each column of `walk_moments` in training, `(columns,)`.
        high: The greatest.
        mean: The mean over families.
        coefficients: What a step of a column is worth; 0 where no family varies.
        limits: The least and the most that was said of a training network, `(2,)`.
    """

    low: Array
    high: Array
    mean: Array
    coefficients: Array
    limits: Array

    @classmethod
    def of(cls, data: TrainingSet) -> "WalkRegression":
        """Learn from several families, which count alike.

        Within each family, what its size leaves of its labels is explained by how its networks'
        walks differ from the family's mean. How families differ from one another teaches nothing.
        """
        walks = walk_moments(data.features, _STEPS).astype(np.float64)
        sizes, labels = size_scores(data.features.sizes), data.targets.numpy().astype(np.float64)
        families = data.family_rows
        means = np.stack([walks[rows].mean(axis=0) for rows in families])
        deviation = np.sqrt(np.mean([walks[rows].var(axis=0) for rows in families], axis=0))
        scale = np.where(deviation > _SMALLEST_DEVIATION, deviation, np.inf)
        covariance = _RIDGE * np.eye(walks.shape[1])
        agreement = np.zeros(walks.shape[1])
        for rows, mean in zip(families, means, strict=True):
            steps = np.clip((walks[rows] - mean) / scale, -_LIMIT, _LIMIT)
            covariance += steps.T @ steps / len(rows)
            agreement += steps.T @ _beyond_size(labels, sizes, rows) / len(rows)
        coefficients = np.linalg.solve(covariance, agreement) / scale
        unlimited = cls(
            walks.min(axis=0),
            walks.max(axis=0),
            means.mean(axis=0),
            coefficients,
            np.array([-np.inf, np.inf]),
        )
        said = unlimited._said(walks)
        return replace(unlimited, limits=np.array([said.min(), said.max()]))

    def __call__(self, features: GraphFeatures) -> Array:
        """What is to be added to the labels that size suggests, `(graphs,)`."""
        return self._said(walk_moments(features, _STEPS).astype(np.float64))

    def _said(self, walks: Array) -> Array:
        steps = np.clip(walks, self.low, self.high) - self.mean
        return np.clip(steps @ self.coefficients, *self.limits)

    def arrays(self) -> dict[str, Array]:
        """All numbers by name, for storage."""
        return asdict(self)


def _beyond_size(labels: Array, sizes: Array, rows: IntArray) -> Array:
    """What a family's size leaves of its standardised labels; more size never makes worse."""
    label, size = labels[rows] - labels[rows].mean(), sizes[rows] - sizes[rows].mean()
    label /= max(float(label.std()), 1e-12)
    slope = max(float(label @ size) / max(float(size @ size), 1e-12), 0.0)
    remainder: Array = label - slope * size
    return remainder
