"""Prediction intervals of accuracies, by conformal prediction on networks left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gennape.utils.array_types import FloatArray, IntArray

COVERAGE = 0.9
"""Share of networks whose accuracy the interval holds."""
_LEVEL = 0.92
"""Level of calibration, so that 0.9 hold where families differ more than those that calibrate."""
STRATA = ("convolutional", "attention", "small images", "more data")
"""Kinds of predictions whose errors are calibrated apart."""

EDGES = (0.0, 0.05, 0.12, 0.2, 0.3, 0.4, 0.5)
"""Distances to the nearest measured network from which errors are pooled."""
_LEAST = 40
"""Errors that a stratum needs to be calibrated by itself."""


@dataclass(frozen=True)
class IntervalCalibrator:
    """Half-widths of intervals, on the scale of the accuracy process.

    The error that nine in ten networks stay within grows with the distance to the nearest
    measured network; each stratum has a factor on it (Mondrian conformal prediction with a
    normalised score). Calibrated by networks that were predicted without their family, and by
    networks that were predicted without themselves.

    Attributes:
        edges: Distances from which each width holds, ascending, `(edges,)`.
        widths: Half-widths, ascending, `(edges,)`.
        factors: Of each stratum, `(strata,)`.
    """

    edges: FloatArray
    widths: FloatArray
    factors: FloatArray

    @classmethod
    def fit(
        cls, errors: FloatArray, distances: FloatArray, strata: IntArray, weights: FloatArray
    ) -> "IntervalCalibrator":
        """Calibrate by errors of networks left out.

        Args:
            errors: Absolute, on the scale of the process, `(rows,)`.
            distances: To the nearest measured network that was learned from, `(rows,)`.
            strata: Index into `STRATA`, `(rows,)`.
            weights: Of the rows; those of one network sum to one, `(rows,)`.
        """
        edges = np.array(EDGES)
        bins = np.searchsorted(edges, distances, side="right") - 1
        known = np.unique(bins)
        widths = [
            conformal_quantile(errors[bins == one], weights[bins == one], _LEVEL) for one in known
        ]
        nearest = np.searchsorted(known, np.arange(len(edges))).clip(max=len(known) - 1)
        rising = np.maximum.accumulate(np.array(widths)[nearest])
        scores = errors / np.interp(distances, edges, rising)
        factors = [_factor(scores, weights, strata == one) for one in range(len(STRATA))]
        return cls(edges, rising, np.array(factors))

    def half_widths(self, distances: FloatArray, strata: IntArray) -> FloatArray:
        """Compute half-widths, `(graphs,)`; beyond the last edge they grow with the distance."""
        widths = np.interp(distances, self.edges, self.widths)
        beyond = np.maximum(distances / self.edges[-1], 1.0)
        half: FloatArray = widths * beyond * self.factors[strata]
        return half


def conformal_quantile(scores: FloatArray, weights: FloatArray, coverage: float) -> float:
    """Return the score that `coverage` of new ones stay within, with the correction for few.

    Source: Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World (2005): the
    quantile of level `coverage (1 + 1/n)` of n scores.

    Args:
        scores: Not negative, `(rows,)`.
        weights: Of the rows, `(rows,)`.
        coverage: Share that is to be covered.

    Examples:
        >>> import numpy as np
        >>> conformal_quantile(np.arange(1.0, 101.0), np.ones(100), 0.9)
        91.0
    """
    if not len(scores):
        return 0.0
    order = np.argsort(scores)
    shares = np.cumsum(weights[order]) / weights.sum()
    level = min(coverage * (1 + 1 / weights.sum()), 1.0)
    return float(scores[order][min(np.searchsorted(shares, level - 1e-9), len(scores) - 1)])


def _factor(scores: FloatArray, weights: FloatArray, wanted: Sequence[bool] | FloatArray) -> float:
    """The factor of a stratum; that of all where it has too few errors."""
    rows = np.asarray(wanted, dtype=bool)
    chosen = rows if weights[rows].sum() >= _LEAST else np.ones(len(scores), dtype=bool)
    return conformal_quantile(scores[chosen], weights[chosen], _LEVEL)
