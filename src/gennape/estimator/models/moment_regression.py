"""Ridge regression of what the size prior leaves of labels on neighbour moments."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.neighbour_moments import neighbour_moments
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.estimator.stored_values import check_rising
from gennape.utils.array_types import FloatArray, IntArray

_STEPS = 1
"""More steps say more of the training families and less of others (docs/experiments.md)."""
_RIDGE = 0.6
"""In variances of a standardised column; chosen on families left out (docs/experiments.md)."""
_LIMIT = 4.0
"""Deviations from the family's mean beyond this are taken for it."""
_SMALLEST_DEVIATION = 1e-4


@dataclass(frozen=True)
class MomentRegression:
    """Regression on neighbour moments, in deviations of labels.

    Attributes:
        low: The least of each column of `neighbour_moments` in training, `(columns,)`.
        high: The greatest, `(columns,)`.
        mean: The mean over families, `(columns,)`.
        coefficients: Slope of each column, `(columns,)`; 0 where no family varies.
        limits: The least and the greatest value for a training network, `(2,)`.
    """

    low: FloatArray
    high: FloatArray
    mean: FloatArray
    coefficients: FloatArray
    limits: FloatArray

    @classmethod
    def fit(
        cls, features: GraphFeatures, labels: FloatArray, family_rows: Sequence[IntArray]
    ) -> "MomentRegression":
        """Learn from several families, which count alike.

        Within each family, what the size prior leaves of its labels is explained by how its
        networks' moments differ from the family's mean. How families differ from one another
        teaches nothing.

        Args:
            features: Networks of all families.
            labels: One a network, `(graphs,)`.
            family_rows: Rows of each family.
        """
        moments = neighbour_moments(features, _STEPS).astype(np.float64)
        prior, labels = size_prior(features.sizes), labels.astype(np.float64)
        means = np.stack([moments[rows].mean(axis=0) for rows in family_rows])
        deviation = np.sqrt(np.mean([moments[rows].var(axis=0) for rows in family_rows], axis=0))
        scale = np.where(deviation > _SMALLEST_DEVIATION, deviation, np.inf)
        covariance = _RIDGE * np.eye(moments.shape[1])
        agreement = np.zeros(moments.shape[1])
        for rows, mean in zip(family_rows, means, strict=True):
            steps = np.clip((moments[rows] - mean) / scale, -_LIMIT, _LIMIT)
            covariance += steps.T @ steps / len(rows)
            agreement += steps.T @ _beyond_size(labels, prior, rows) / len(rows)
        coefficients = np.linalg.solve(covariance, agreement) / scale
        unlimited = cls(
            moments.min(axis=0),
            moments.max(axis=0),
            means.mean(axis=0),
            coefficients,
            np.array([-np.inf, np.inf]),
        )
        values = unlimited._values(moments)
        return replace(unlimited, limits=np.array([values.min(), values.max()]))

    @classmethod
    def read(cls, stored: StoredArrays, features: int) -> "MomentRegression":
        """Take the regression's arrays, for so many node features."""
        low, high, mean, coefficients = (
            stored.take(name, _STEPS * features**2, dtype=np.float64)
            for name in ("low", "high", "mean", "coefficients")
        )
        limits = stored.take("limits", 2, dtype=np.float64)
        check_rising(moments=np.stack([low, high], axis=1), limits=limits)
        return cls(low, high, mean, coefficients, limits)

    def __call__(self, features: GraphFeatures) -> FloatArray:
        """Compute what is to be added to the labels that size suggests, `(graphs,)`."""
        return self._values(neighbour_moments(features, _STEPS).astype(np.float64))

    def _values(self, moments: FloatArray) -> FloatArray:
        steps = np.clip(moments, self.low, self.high) - self.mean
        values: FloatArray = np.einsum("gm,m->g", steps, self.coefficients)
        return np.clip(values, *self.limits)

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        return asdict(self)


def _beyond_size(labels: FloatArray, prior: FloatArray, rows: IntArray) -> FloatArray:
    """What a family's size leaves of its standardised labels; more size never makes worse."""
    label, size = labels[rows] - labels[rows].mean(), prior[rows] - prior[rows].mean()
    label /= max(float(label.std()), 1e-12)
    slope = max(float(label @ size) / max(float(size @ size), 1e-12), 0.0)
    residual: FloatArray = label - slope * size
    return residual
