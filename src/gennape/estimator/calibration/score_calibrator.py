"""Calibration of scores: the population that they are relative to."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from gennape.estimator.stored_values import StoredValues, check_rising
from gennape.utils.array_types import BoolArray, FloatArray, IntArray

_THOUSANDTHS = np.linspace(0, 1, 1001)
_HUNDREDTHS = np.linspace(0, 1, 101)
_WITHIN = 0.6827
"""Share of a normal distribution within its standard deviation; far-off networks, which are many
where a family has broken ones, count no more than others."""
_SMALLEST_DEVIATION = 1e-12
_SMALLEST_STEP = 1e-9
_SMALLEST_RANGE = 1e-6
"""Scores that differ by less are equal; nothing is extrapolated from them."""
_BEYOND = 1.0
_STRAIGHT = 0.05
"""Share of the straight line in the placement, so that equal sizes are no equal scores."""


@dataclass(frozen=True)
class ScoreCalibrator:
    """Calibration by the training networks, the reference population.

    The ranker ranks networks of every family. The predictors rank networks within one family;
    where the family stands among the others, and how far its networks are apart, they take from
    the ranker: the best hundredth by the predictors is put where the best hundredth by the
    ranker is, and so on. Families count alike, however many networks they have.

    Attributes:
        means: Mean prediction of each predictor for each family and, last, over all families,
            `(families + 1, predictors)`.
        deviations: Standard deviations of the same.
        inside: Quantiles of the predictors' mean score within each family, `(families + 1, 101)`.
        placed: The scores that these become, likewise; the last are the same as `inside`.
        part_means: Mean of each part of the ranker's score, `(parts,)`.
        ranker_deviation: Standard deviation of the ranker's score, the sum of the parts.
        quantiles: Scores at 1,001 evenly spaced quantiles, ascending.
        errors: How far the predictors' mean score is at most from the truth for 68 % of each
            family's networks, and last how far the ranker is, the mean over families;
            `(families + 1,)`. The truth is the family's labels, put where the ranker has the
            family.
    """

    means: FloatArray
    deviations: FloatArray
    inside: FloatArray
    placed: FloatArray
    part_means: FloatArray
    ranker_deviation: FloatArray
    quantiles: FloatArray
    errors: FloatArray

    @classmethod
    def fit(
        cls,
        *,
        predictions: FloatArray,
        parts: FloatArray,
        families: IntArray,
        labels: FloatArray,
    ) -> "ScoreCalibrator":
        """Fit to a population.

        Args:
            predictions: Of the predictors, `(predictors, graphs)`.
            parts: Parts of the ranker's score, `(parts, graphs)`.
            families: The family of each network, from 0, `(graphs,)`.
            labels: Of each network, in any unit of its family, `(graphs,)`.
        """
        rows = [families == family for family in range(families.max() + 1)]
        means = np.array([predictions[:, row].mean(axis=1) for row in rows])
        deviations = np.array([_deviations(predictions[:, row]) for row in rows])
        part_means = np.mean([parts[:, row].mean(axis=1) for row in rows], axis=0)
        ranked, mean = parts.sum(axis=0), part_means.sum()
        squares = np.mean([((ranked[row] - mean) ** 2).mean() for row in rows])
        deviation = np.maximum(np.sqrt(squares), _SMALLEST_DEVIATION)
        scores = [
            ((predictions[:, row] - m[:, None]) / d[:, None]).mean(axis=0)
            for row, m, d in zip(rows, means, deviations, strict=True)
        ]
        inside = np.array([_increasing(np.quantile(score, _HUNDREDTHS)) for score in scores])
        placed = np.array(
            [
                _placed(quantiles, (ranked[row] - mean) / deviation)
                for quantiles, row in zip(inside, rows, strict=True)
            ]
        )
        everywhere = _increasing(np.quantile(inside, _HUNDREDTHS))
        calibrator = cls(
            np.vstack([means, means.mean(axis=0)]),
            np.vstack([deviations, deviations.mean(axis=0)]),
            np.vstack([inside, everywhere]),
            np.vstack([placed, everywhere]),
            part_means,
            np.array(deviation),
            np.quantile(placed, _THOUSANDTHS),
            np.zeros(len(rows) + 1),
        )
        return replace(calibrator, errors=calibrator._errors(predictions, ranked, rows, labels))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            field.name: np.asarray(getattr(self, field.name)).tolist() for field in fields(self)
        }

    @classmethod
    def read(
        cls, stored: StoredValues, families: int, predictors: int, parts: int
    ) -> "ScoreCalibrator":
        """Take the values that `to_json` wrote.

        Args:
            stored: The values.
            families: Number of families of the training set.
            predictors: Number of predictors.
            parts: Number of parts of the ranker's score.

        Raises:
            ValueError: One of them does not belong to these, or is none of a calibrator.
        """
        stored.has_only(*(field.name for field in fields(cls)))
        rows, hundredths, least = families + 1, len(_HUNDREDTHS), _SMALLEST_DEVIATION
        calibrator = cls(
            means=stored.numbers("means", rows, predictors),
            deviations=stored.numbers("deviations", rows, predictors, low=least),
            inside=stored.numbers("inside", rows, hundredths),
            placed=stored.numbers("placed", rows, hundredths),
            part_means=stored.numbers("part_means", parts),
            ranker_deviation=stored.numbers("ranker_deviation", low=least),
            quantiles=stored.numbers("quantiles", len(_THOUSANDTHS)),
            errors=stored.numbers("errors", rows, low=0),
        )
        rising = ("inside", "placed", "quantiles")
        check_rising(**{name: getattr(calibrator, name) for name in rising})
        return calibrator

    def predictor_scores(
        self, predictions: FloatArray, nearest: IntArray, in_domain: BoolArray
    ) -> FloatArray:
        """Turn predictions into scores, `(predictors, graphs)`.

        A score further than one deviation beyond those of the family counts as that far.

        Args:
            predictions: `(predictors, graphs)`.
            nearest: The family of each network, `(graphs,)`.
            in_domain: Whether it is in that family's domain; others are compared with all families.
        """
        row = self._rows(nearest, in_domain)
        scores = (predictions - self.means[row].T) / self.deviations[row].T
        for family in np.unique(row):
            here = row == family
            scores[:, here] = _interpolated(
                scores[:, here], self.inside[family], self.placed[family]
            )
        return scores

    def medians(self, nearest: IntArray, in_domain: BoolArray) -> FloatArray:
        """Place the median of each network's family, `(graphs,)`; see `predictor_scores`."""
        medians: FloatArray = self.placed[self._rows(nearest, in_domain), len(_HUNDREDTHS) // 2]
        return medians

    def ranker_scores(self, ranked: FloatArray) -> FloatArray:
        """Express the ranker's scores in deviations of the population; any shape."""
        scores: FloatArray = (ranked - self.part_means.sum()) / self.ranker_deviation
        return scores

    def part_scores(self, parts: FloatArray) -> FloatArray:
        """Express parts so that they sum to the `ranker_scores`, `(parts, graphs)` to the same."""
        scores: FloatArray = (parts - self.part_means[:, None]) / self.ranker_deviation
        return scores

    def error_variances(self, nearest: IntArray, weight: FloatArray) -> FloatArray:
        """Compute the expected squared error of scores, `(graphs,)`.

        Args:
            nearest: The family of each network, `(graphs,)`.
            weight: Member weight, `(graphs,)`; the rest is the ranker's.
        """
        squares = self.errors**2
        variances: FloatArray = weight * squares[nearest] + (1 - weight) * squares[-1]
        return variances

    def _rows(self, nearest: IntArray, in_domain: BoolArray) -> IntArray:
        """Rows of `inside` and `placed` that networks are compared with, `(graphs,)`."""
        rows: IntArray = np.where(in_domain, nearest, len(self.inside) - 1)
        return rows

    def _errors(
        self,
        predictions: FloatArray,
        ranked: FloatArray,
        rows: Sequence[BoolArray],
        labels: FloatArray,
    ) -> FloatArray:
        by_predictors, by_ranker = [], []
        for family, row in enumerate(rows):
            everywhere = np.full(int(row.sum()), family)
            in_domain = np.ones(len(everywhere), dtype=bool)
            scores = self.predictor_scores(predictions[:, row], everywhere, in_domain)
            ranked_scores = self.ranker_scores(ranked[row])
            truth = np.sort(ranked_scores)[np.argsort(np.argsort(labels[row], kind="stable"))]
            by_predictors.append(np.quantile(np.abs(scores.mean(axis=0) - truth), _WITHIN))
            by_ranker.append(np.quantile(np.abs(ranked_scores - truth), _WITHIN))
        return np.array([*by_predictors, np.mean(by_ranker)])

    def percentiles(self, scores: FloatArray) -> FloatArray:
        """Compute the share of the population below each score, 0 to 100."""
        below = np.searchsorted(self.quantiles, scores, side="left")
        shares: FloatArray = np.clip(below / (len(_THOUSANDTHS) - 1), 0, 1)
        return 100.0 * shares


def _deviations(rows: FloatArray) -> FloatArray:
    """Standard deviation of each row, never zero: `(rows, graphs)` to `(rows,)`."""
    deviations: FloatArray = np.maximum(rows.std(axis=1), _SMALLEST_DEVIATION)
    return deviations


def _increasing(quantiles: FloatArray) -> FloatArray:
    """Quantiles with ties pulled apart by next to nothing."""
    apart: FloatArray = quantiles + _SMALLEST_STEP * np.arange(len(quantiles))
    return apart


def _placed(inside: FloatArray, ranked: FloatArray) -> FloatArray:
    """Places of quantiles of the predictors' scores, `(101,)`, by the ranker's scores."""
    straight = inside * ranked.std() + ranked.mean()
    curved = np.quantile(ranked, _HUNDREDTHS)
    placed: FloatArray = _increasing(_STRAIGHT * straight + (1 - _STRAIGHT) * curved)
    return placed


def _interpolated(scores: FloatArray, inside: FloatArray, placed: FloatArray) -> FloatArray:
    """Scores moved to their places; beyond the ends they go on straight, by `_BEYOND` at most."""
    varies = inside[-1] - inside[0] > _SMALLEST_RANGE
    slope = (placed[-1] - placed[0]) / (inside[-1] - inside[0]) if varies else 0.0
    under = np.clip(scores - inside[0], -_BEYOND, 0)
    over = np.clip(scores - inside[-1], 0, _BEYOND)
    interpolated: FloatArray = np.interp(scores, inside, placed) + slope * (under + over)
    return interpolated
