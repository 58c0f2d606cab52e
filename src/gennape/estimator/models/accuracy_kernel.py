"""Covariance of accuracies: how alike two networks are, under which conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gennape.estimator.features.statistics import SIZE_NAMES, STATISTICS
from gennape.utils.array_types import BoolArray, FloatArray, IntArray
from gennape.utils.row_products import row_products

Recipe = Literal["typical", "classic", "modern", "more-data"]
"""How a network is trained: as networks of its kind usually are; some 100 epochs with crops and
flips; 300 epochs and more with strong augmentation; or modern after pretraining on more data."""

DATASETS = ("imagenet-1k", "cifar10", "cifar100", "svhn")
"""Data sets whose accuracies are learned from; predictions are offered for the first three."""

RECIPES: dict[Recipe, tuple[float, float]] = {
    "typical": (0.0, 0.0),
    "classic": (-1.0, 0.0),
    "modern": (1.0, 0.0),
    "more-data": (1.0, 1.0),
}
"""Kind of training (-1 classic, 0 unknown, 1 modern) and amount of earlier data of each recipe."""

_SCALES = {
    "log_params": 4.0,
    "log_params_body": 4.0,
    "log_activations": 3.5,
    "log_layers": 3.0,
    "log_macs": 1.5,
    "log_side_last": 1.5,
}
_GROUP_SCALES = {
    "macs": 1.0,
    "mean": 0.6,
    "num": 0.6,
    "width": 0.55,
    "path": 0.45,
    "count": 0.45,
    "rate": 0.4,
    "sd": 0.4,
    "params": 0.35,
}
_STAGE_SCALES = {"layers": 1.5, "width": 1.0, "macs": 0.9}
_OTHER_SCALE = 0.5
"""Scales of statistics in the distance, rounded from those that had the greatest predictive
density on families left out, each half of the families by the other (docs/experiments.md)."""

_LENGTH = 3.0
_SMOOTH, _LINEAR = 10.0, 0.6
"""Variances of what all data sets share: smooth, and linear in the scaled statistics."""
_SMOOTH_OF_DATASET, _SIZE_OF_DATASET, _LEVEL_OF_DATASET = 7.0, 1.6, 400.0
"""Variances of what each data set has of its own: smooth, linear in the sizes, and its level."""
_KIND, _MORE_DATA = 2.0, 6.0
_NETWORK, _NOISE = 0.15, 0.15
_SIZE_COLUMNS = [STATISTICS.index(name) for name in SIZE_NAMES]


def statistic_scales() -> FloatArray:
    """Return the weight of each statistic in the distance, `(statistics,)`."""
    return np.array([_scale(name) for name in STATISTICS])


def _scale(name: str) -> float:
    if name in _SCALES:
        return _SCALES[name]
    group, _, rest = name.partition("_")
    if group.startswith("stage") and group[5:].isdigit():
        return _STAGE_SCALES[rest]
    return _GROUP_SCALES.get(group, _OTHER_SCALE)


@dataclass(frozen=True)
class Conditions:
    """Under which each accuracy was measured, or is predicted.

    Attributes:
        dataset: Index into `DATASETS`, `(rows,)`.
        kind: Kind of training, from -1 (classic) to 1 (modern), `(rows,)`.
        more_data: Amount of earlier data, from 0, `(rows,)`.
    """

    dataset: IntArray
    kind: FloatArray
    more_data: FloatArray

    @classmethod
    def of(cls, datasets: IntArray, recipe: Recipe) -> "Conditions":
        """Describe one recipe on some data sets, `(rows,)`."""
        kind, more = RECIPES[recipe]
        return cls(datasets, np.full(len(datasets), kind), np.full(len(datasets), more))

    def take(self, rows: IntArray) -> "Conditions":
        """Take some rows."""
        return Conditions(self.dataset[rows], self.kind[rows], self.more_data[rows])


def covariance(
    rows: FloatArray,
    conditions: Conditions,
    others: FloatArray,
    other_conditions: Conditions,
    *,
    knows_recipe: bool,
) -> FloatArray:
    """Compute covariances of accuracies, `(rows, others)`.

    With `d = sqrt(3) |z - z'| / length` and `k = (1 + d) exp(-d)` (Matern 3/2) it is
    `10 k + 0.6 z z' + [same data set] (7 k + 1.6 s s' + 400) + (2 kind kind' + 6 more more')
    (1 + k)`, with scaled statistics z and sizes s; the term of kinds only where `knows_recipe`.

    Args:
        rows: Standardised statistics, `(rows, statistics)`.
        conditions: Of these.
        others: Likewise, `(others, statistics)`.
        other_conditions: Of these.
        knows_recipe: Whether the kind of training is used.
    """
    scales = statistic_scales()
    scaled, other_scaled = rows * scales, others * scales
    products = row_products(scaled, other_scaled.T)
    steps = np.sqrt(3) * np.sqrt(_squared_distances(scaled, other_scaled, products)) / _LENGTH
    smooth = (1 + steps) * np.exp(-steps)
    per_size = np.sqrt(rows.shape[1] / len(_SIZE_COLUMNS))
    sizes = row_products(rows[:, _SIZE_COLUMNS] * per_size, (others[:, _SIZE_COLUMNS] * per_size).T)
    same = conditions.dataset[:, None] == other_conditions.dataset
    recipes = _MORE_DATA * np.outer(conditions.more_data, other_conditions.more_data)
    if knows_recipe:
        recipes = recipes + _KIND * np.outer(conditions.kind, other_conditions.kind)
    of_dataset = _SMOOTH_OF_DATASET * smooth + _SIZE_OF_DATASET * sizes + _LEVEL_OF_DATASET
    shared = _SMOOTH * smooth + _LINEAR * products
    total: FloatArray = shared + of_dataset * same + recipes * (1 + smooth)
    return total


def row_covariance(
    rows: FloatArray,
    conditions: Conditions,
    *,
    networks: IntArray,
    counts: FloatArray,
    knows_recipe: bool,
) -> FloatArray:
    """Compute the covariance of measured accuracies with their noise, `(rows, rows)`."""
    total = covariance(rows, conditions, rows, conditions, knows_recipe=knows_recipe)
    same: BoolArray = (networks[:, None] == networks) & (
        conditions.dataset[:, None] == conditions.dataset
    )
    total += _NETWORK * same
    total[np.diag_indices(len(rows))] += _NOISE / counts
    return total


def leave_out(covariances: FloatArray, targets: FloatArray, groups: Sequence[Any]) -> FloatArray:
    """Predict each group of rows from all others, in closed form.

    With `P` the inverse covariance, the residual of group g is `inv(P_gg) (P y)_g`.

    Args:
        covariances: Of all rows with noise, `(rows, rows)`.
        targets: With mean 0, `(rows,)`.
        groups: Group of each row, `(rows,)`.

    Returns:
        Predictions, `(rows,)`.
    """
    precision = np.linalg.inv(covariances)
    weighted, labels = precision @ targets, np.asarray(groups)
    predictions = targets.copy()
    for group in np.unique(labels):
        rows = np.flatnonzero(labels == group)
        predictions[rows] -= np.linalg.solve(precision[np.ix_(rows, rows)], weighted[rows])
    return predictions


def squared_distances(rows: FloatArray, others: FloatArray) -> FloatArray:
    """Compute squared Euclidean distances, `(rows, others)`."""
    return _squared_distances(rows, others, row_products(rows, others.T))


def _squared_distances(rows: FloatArray, others: FloatArray, products: FloatArray) -> FloatArray:
    """Squared Euclidean distances of rows whose products are at hand, `(rows, others)`."""
    squares, other_squares = (np.einsum("rc,rc->r", one, one) for one in (rows, others))
    distances: FloatArray = np.maximum(squares[:, None] + other_squares - 2 * products, 0)
    return distances
