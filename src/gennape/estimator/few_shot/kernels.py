"""Kernels over few-shot features: straight lines and smooth functions of one description."""

from dataclasses import dataclass

import numpy as np

from gennape.utils.array_types import FloatArray

_LIMIT = 4.0
"""Standardised values beyond this are taken for it: labels teach nothing so far out."""
_SMALLEST_DEVIATION = 1e-6


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
        deviation = rows.std(axis=0)
        varies = deviation > _SMALLEST_DEVIATION
        return cls(rows.mean(axis=0), np.where(varies, deviation, 1.0))

    def __call__(self, rows: FloatArray) -> FloatArray:
        """Standardise rows and clip them to +-4."""
        return np.clip((rows - self.mean) / self.deviation, -_LIMIT, _LIMIT)


@dataclass(frozen=True)
class KernelView:
    """Kernels over one description of networks.

    Attributes:
        scale: Its standardiser.
        support: Standardised rows of the labelled networks, `(labels, columns)`.
        length: Squared length scale: the median squared distance between labelled networks; 0
            where there is no smooth function.
    """

    scale: Standardiser
    support: FloatArray
    length: float

    @classmethod
    def fit(cls, rows: FloatArray, is_wide: bool) -> "KernelView":
        """Fit to labelled networks, `(labels, columns)`."""
        scale = Standardiser.fit(rows)
        support = scale(rows)
        if not is_wide:
            return cls(scale, support, 0.0)
        squares = _squares(support)
        squared = _squared_distances(squares, squares, support @ support.T)
        pairs = np.triu_indices(len(rows), 1)
        return cls(scale, support, max(float(np.median(squared[pairs])), 1e-12))

    def functions(self, rows: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
        """Compute covariances of each function of this view, `(networks, columns)` to pairs.

        Returns:
            With the labelled networks, `(networks, labels)`, and of each network with itself,
            `(networks,)`.
        """
        standardised = self.scale(rows)
        columns = rows.shape[1]
        products = standardised @ self.support.T
        squares = _squares(standardised)
        line = products / columns, squares / columns
        if not self.length:
            return [line]
        squared = _squared_distances(squares, _squares(self.support), products)
        return [line, (np.exp(-squared / (2 * self.length)), np.ones(len(rows)))]

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        return {
            "mean": self.scale.mean,
            "deviation": self.scale.deviation,
            "support": self.support,
            "length": np.array([self.length]),
        }

    @classmethod
    def from_arrays(cls, values: dict[str, FloatArray], prefix: str) -> "KernelView":
        """Read the view that `arrays` described, each name after the prefix."""
        mean, deviation, support, length = (
            values[prefix + part] for part in ("mean", "deviation", "support", "length")
        )
        return cls(Standardiser(mean, deviation), support, float(length[0]))


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
