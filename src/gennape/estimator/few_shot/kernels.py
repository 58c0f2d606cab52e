"""Kernels over few-shot features: straight lines and smooth functions of one description."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.utils.array_types import FloatArray, IntArray
from gennape.utils.row_products import row_products

_LIMIT = 4.0
"""Standardised values beyond this are taken for it: labels teach nothing so far out."""
_SMALLEST_DEVIATION = 1e-6
_SHORTEST = 1e-12
"""Squared length of a smooth function at least."""
_CHUNK = 2048
"""Rows that are squared together, so that many do not take much memory."""


@dataclass(frozen=True)
class Standardiser:
    """Standardisation by the labelled networks.

    Attributes:
        mean: `(columns,)`.
        deviation: `(columns,)`, 1 where the labelled networks do not vary.
    """

    mean: FloatArray
    deviation: FloatArray

    @classmethod
    def fit(cls, rows: FloatArray) -> "Standardiser":
        """Fit to `rows`, `(networks, columns)`."""
        mean = rows.mean(axis=0, dtype=np.float64)
        parts = np.split(rows, range(_CHUNK, len(rows), _CHUNK))
        squares = sum(((part - mean) ** 2).sum(axis=0) for part in parts)
        deviation = np.sqrt(squares / len(rows))
        return cls(mean, np.where(deviation > _SMALLEST_DEVIATION, deviation, 1.0))

    def __call__(self, rows: FloatArray) -> FloatArray:
        """Standardise rows and clip them to +-4, float64."""
        return np.clip((rows - self.mean) / self.deviation, -_LIMIT, _LIMIT)


@dataclass(frozen=True)
class KernelView:
    """Kernels over one description of networks.

    Attributes:
        scale: Its standardiser.
        support: Standardised rows of the networks of the support, `(support, columns)`, float32.
        length: Squared length scale: the median squared distance between them; 0 where there is
            no smooth function.
    """

    scale: Standardiser
    support: FloatArray
    length: float

    @classmethod
    def fit(cls, rows: FloatArray, is_wide: bool, support: IntArray) -> Self:
        """Fit to labelled networks.

        Args:
            rows: Of all of them, `(labels, columns)`.
            is_wide: Whether there is a smooth function.
            support: Those whose distances set the length scale and whose covariances predict.
        """
        scale = Standardiser.fit(rows)
        chosen = scale(rows[support])
        length = _median_squared_distance(chosen) if is_wide else 0.0
        return cls(scale, chosen.astype(np.float32), length)

    def functions(self, rows: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
        """Compute covariances of each function of this view, `(networks, columns)` to pairs.

        Returns:
            With the support, `(networks, support)`, and of each network with itself,
            `(networks,)`.
        """
        standardised = self.scale(rows)
        columns = rows.shape[1]
        support, support_squares = self._support_and_squares
        products = row_products(standardised, support.T)
        squares = _squares(standardised)
        line = products / columns, squares / columns
        if not self.length:
            return [line]
        squared = _squared_distances(squares, support_squares, products)
        return [line, (np.exp(-squared / (2 * self.length)), np.ones(len(rows)))]

    @cached_property
    def _support_and_squares(self) -> tuple[FloatArray, FloatArray]:
        support = self.support.astype(np.float64)
        return support, _squares(support)

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        return {
            "mean": self.scale.mean,
            "deviation": self.scale.deviation,
            "support": self.support,
            "length": np.array([self.length]),
        }

    @classmethod
    def read(cls, stored: StoredArrays, columns: int, is_wide: bool) -> Self:
        """Take the view's arrays, for so many columns; only wide ones have a length."""
        wide = np.float64
        mean = stored.take("mean", columns, dtype=wide)
        deviation = stored.take("deviation", columns, dtype=wide, low=_SMALLEST_DEVIATION)
        support = stored.take("support", None, columns, low=-_LIMIT, high=_LIMIT)
        lengths = {"low": _SHORTEST} if is_wide else {"low": 0.0, "high": 0.0}
        length = stored.take("length", 1, dtype=wide, **lengths)
        return cls(Standardiser(mean, deviation), support, float(length[0]))


def _median_squared_distance(rows: FloatArray) -> float:
    """Of pairs of standardised rows; positive."""
    squares = _squares(rows)
    squared = _squared_distances(squares, squares, rows @ rows.T)
    return max(float(np.median(squared[np.triu_indices(len(rows), 1)])), _SHORTEST)


def _squares(rows: FloatArray) -> FloatArray:
    """Squared lengths of rows, `(rows,)`."""
    squares: FloatArray = np.einsum("rc,rc->r", rows, rows)
    return squares


def _squared_distances(
    squares: FloatArray, other_squares: FloatArray, products: FloatArray
) -> FloatArray:
    """Squared Euclidean distances of rows of two kinds, from their squares and products."""
    distances: FloatArray = np.maximum(squares[:, None] + other_squares - 2 * products, 0.0)
    return distances
