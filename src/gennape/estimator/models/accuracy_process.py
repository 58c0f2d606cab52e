"""Accuracy process: a Gaussian process over graph statistics, data set and recipe.

It predicts the accuracy of a network of any kind, on the scale `10 logit(accuracy)`, from the
measured accuracies of real networks. Two networks are alike as far as their statistics are; sizes
count several times more than any other number in that distance.
"""

from dataclasses import dataclass

import numpy as np

from gennape.estimator.models.accuracy_kernel import (
    Conditions,
    Recipe,
    covariance,
    row_covariance,
    squared_distances,
    statistic_scales,
)
from gennape.utils.array_types import FloatArray, IntArray

_LIMIT = 4.0
"""Standardised statistics beyond this are taken for it."""
_SMALLEST_DEVIATION = 0.01
_LEAST_SHARE = 1e-4
"""Accuracies nearer to 0 or 1 count as this, for their logit has no end."""


def to_scale(accuracies: FloatArray) -> FloatArray:
    """Turn accuracies in percent into `10 logit`."""
    shares = np.clip(np.asarray(accuracies, dtype=np.float64) / 100, _LEAST_SHARE, 1 - _LEAST_SHARE)
    scaled: FloatArray = 10 * np.log(shares / (1 - shares))
    return scaled


def to_percent(scaled: FloatArray) -> FloatArray:
    """Turn `10 logit` into accuracies in percent; the inverse of `to_scale`."""
    percent: FloatArray = 100 / (1 + np.exp(-np.asarray(scaled) / 10))
    return percent


@dataclass(frozen=True)
class StatisticScaler:
    """Standardisation of statistics by the measured networks.

    Attributes:
        mean: `(statistics,)`.
        deviation: `(statistics,)`.
    """

    mean: FloatArray
    deviation: FloatArray

    @classmethod
    def fit(cls, statistics: FloatArray) -> "StatisticScaler":
        """Fit to measured networks, `(networks, statistics)`."""
        wide = statistics.astype(np.float64)
        return cls(wide.mean(axis=0), wide.std(axis=0) + _SMALLEST_DEVIATION)

    def __call__(self, statistics: FloatArray) -> FloatArray:
        """Standardise, clip, and divide by the root of the number of columns."""
        steps = np.clip((statistics - self.mean) / self.deviation, -_LIMIT, _LIMIT)
        scaled: FloatArray = steps / np.sqrt(statistics.shape[1])
        return scaled


@dataclass(frozen=True)
class AccuracyProcess:
    """Gaussian process fitted to measured accuracies of real networks.

    Attributes:
        scaler: Of statistics.
        support: Standardised statistics of the measured networks, `(rows, statistics)`.
        conditions: Of the measured accuracies.
        level: Mean of the measured accuracies, on the scale of `to_scale`.
        typical: Weights of the rows where the recipe is not told, `(rows,)`.
        by_recipe: Weights where it is, `(rows,)`.
    """

    scaler: StatisticScaler
    support: FloatArray
    conditions: Conditions
    level: float
    typical: FloatArray
    by_recipe: FloatArray

    @classmethod
    def fit(
        cls,
        statistics: FloatArray,
        accuracies: FloatArray,
        conditions: Conditions,
        *,
        networks: IntArray,
        counts: FloatArray,
        scaler: StatisticScaler,
    ) -> "AccuracyProcess":
        """Learn from measured accuracies.

        Args:
            statistics: `(rows, statistics)`.
            accuracies: In percent, means of `counts` trainings, `(rows,)`.
            conditions: Of the accuracies.
            networks: Number of the network, equal for the same one, `(rows,)`.
            counts: Trainings behind each accuracy, `(rows,)`.
            scaler: Of statistics.
        """
        targets = to_scale(accuracies)
        level = float(targets.mean())
        rows = scaler(statistics).astype(np.float32)
        typical, by_recipe = (
            np.linalg.solve(
                row_covariance(
                    rows, conditions, networks=networks, counts=counts, knows_recipe=knows_recipe
                ),
                targets - level,
            )
            for knows_recipe in (False, True)
        )
        return cls(scaler, rows, conditions, level, typical, by_recipe)

    def predict(self, statistics: FloatArray, datasets: IntArray, recipe: Recipe) -> FloatArray:
        """Predict accuracies on the scale of `to_scale`, `(graphs,)`.

        Args:
            statistics: Of networks, `(graphs, statistics)`.
            datasets: Index into `DATASETS`, `(graphs,)`.
            recipe: How they are trained.
        """
        knows_recipe = recipe != "typical"
        weights = self.by_recipe if knows_recipe else self.typical
        covariances = covariance(
            self.scaler(statistics),
            Conditions.of(datasets, recipe),
            self.support,
            self.conditions,
            knows_recipe=knows_recipe,
        )
        predictions: FloatArray = self.level + np.einsum("gr,r->g", covariances, weights)
        return predictions

    def statistics_of(self, rows: IntArray) -> FloatArray:
        """Return statistics of some measured rows, `(rows, statistics)`; clipped ones stay so."""
        steps = self.support[rows] * np.sqrt(self.support.shape[1])
        statistics: FloatArray = steps * self.scaler.deviation + self.scaler.mean
        return statistics

    def distances(self, statistics: FloatArray) -> FloatArray:
        """Compute distances to the measured rows, `(graphs, rows)`."""
        scales = statistic_scales()
        return np.sqrt(squared_distances(self.scaler(statistics) * scales, self.support * scales))
