"""The population that scores are relative to."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph.arrays import BoolArray, IntArray

FloatArray = npt.NDArray[np.floating[Any]]

_THOUSANDTHS = np.linspace(0, 1, 1001)
_HUNDREDTHS = np.linspace(0, 1, 101)
_WITHIN = 0.6827
"""Share of a normal distribution within its standard deviation; far-off networks, which are many
where a family has broken ones, count no more than others."""
_SMALLEST_DEVIATION = 1e-12
_SMALLEST_STEP = 1e-9
_SMALLEST_RANGE = 1e-6
"""Scores that differ by less are all the same: nothing is known beyond them."""
_BEYOND = 1.0
_STRAIGHT = 0.05
"""Share of the straight line in the placement, so that equal sizes are no equal scores."""


@dataclass(frozen=True)
class Reference:
    """The population that scores are relative to: the training networks.

    Two voices make up scores. The general one ranks networks of every family. Members rank
    networks within one family; where the family stands among the others, and how far its
    networks are apart, they take from the general voice: the best hundredth by the members
    is put where the best hundredth by the general voice is, and so on. Families count
    alike, however many networks they have.

    Attributes:
        means: Mean prediction of each member for each family and, last, over all families,
            `(families + 1, members)`.
        deviations: Standard deviations of the same.
        inside: Quantiles of the members' mean score within each family, `(families + 1, 101)`.
        placed: The scores that these become, likewise; the last are the same as `inside`.
        part_means: Mean of each part of the general voice, `(parts,)`.
        general_deviation: Standard deviation of the general voice, the sum of the parts.
        quantiles: Scores at 1,001 evenly spaced quantiles, ascending.
        errors: How far the members' mean score is at most from the truth for 68 % of each
            family's networks, and last how far the general voice is, the mean over families;
            `(families + 1,)`. The truth is the family's labels, put where the general voice
            has the family.
    """

    means: FloatArray
    deviations: FloatArray
    inside: FloatArray
    placed: FloatArray
    part_means: FloatArray
    general_deviation: FloatArray
    quantiles: FloatArray
    errors: FloatArray

    @classmethod
    def of(
        cls,
        predictions: FloatArray,
        parts: FloatArray,
        families: IntArray,
        labels: FloatArray,
    ) -> "Reference":
        """The reference of a population.

        Args:
            predictions: Of the members, `(members, graphs)`.
            parts: What the general voice is the sum of, `(parts, graphs)`.
            families: The family of each network, from 0, `(graphs,)`.
            labels: What is true of each, in any unit of its family's own, `(graphs,)`.
        """
        rows = [families == family for family in range(families.max() + 1)]
        means = np.array([predictions[:, row].mean(axis=1) for row in rows])
        deviations = np.array([_deviations(predictions[:, row]) for row in rows])
        part_means = np.mean([parts[:, row].mean(axis=1) for row in rows], axis=0)
        general, mean = parts.sum(axis=0), part_means.sum()
        squares = np.mean([((general[row] - mean) ** 2).mean() for row in rows])
        deviation = np.maximum(np.sqrt(squares), _SMALLEST_DEVIATION)
        scores = [
            ((predictions[:, row] - m[:, None]) / d[:, None]).mean(axis=0)
            for row, m, d in zip(rows, means, deviations, strict=True)
        ]
        inside = np.array([_increasing(np.quantile(score, _HUNDREDTHS)) for score in scores])
        placed = np.array(
            [
                _placed(quantiles, (general[row] - mean) / deviation)
                for quantiles, row in zip(inside, rows, strict=True)
            ]
        )
        everywhere = _increasing(np.quantile(inside, _HUNDREDTHS))
        reference = cls(
            np.vstack([means, means.mean(axis=0)]),
            np.vstack([deviations, deviations.mean(axis=0)]),
            np.vstack([inside, everywhere]),
            np.vstack([placed, everywhere]),
            part_means,
            np.array(deviation),
            np.quantile(placed, _THOUSANDTHS),
            np.zeros(len(rows) + 1),
        )
        return replace(reference, errors=reference._errors(predictions, general, rows, labels))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            field.name: np.asarray(getattr(self, field.name)).tolist() for field in fields(self)
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Reference":
        """The reference that `to_json` wrote."""
        return cls(**{field.name: np.array(values[field.name]) for field in fields(cls)})

    def member_scores(
        self, predictions: FloatArray, nearest: IntArray, alike: BoolArray
    ) -> FloatArray:
        """Members' predictions as scores, `(members, graphs)`.

        A member is not believed when it goes further than one deviation beyond the scores
        of the family: such scores count as that far.

        Args:
            predictions: `(members, graphs)`.
            nearest: The family of each network, `(graphs,)`.
            alike: Whether it is of that family; others are compared with all families.
        """
        row = self._rows(nearest, alike)
        scores = (predictions - self.means[row].T) / self.deviations[row].T
        for family in np.unique(row):
            here = row == family
            scores[:, here] = _interpolated(
                scores[:, here], self.inside[family], self.placed[family]
            )
        return scores

    def middles(self, nearest: IntArray, alike: BoolArray) -> FloatArray:
        """Where the middle of each network's family is put, `(graphs,)`; see `member_scores`."""
        middles: FloatArray = self.placed[self._rows(nearest, alike), len(_HUNDREDTHS) // 2]
        return middles

    def general_scores(self, general: FloatArray) -> FloatArray:
        """What the general voice says, in deviations of the population; any shape."""
        scores: FloatArray = (general - self.part_means.sum()) / self.general_deviation
        return scores

    def part_scores(self, parts: FloatArray) -> FloatArray:
        """What each part adds to the `general_scores`, `(parts, graphs)` to the same."""
        scores: FloatArray = (parts - self.part_means[:, None]) / self.general_deviation
        return scores

    def error_variances(self, nearest: IntArray, trust: FloatArray) -> FloatArray:
        """How wrong scores are on average, squared, `(graphs,)`.

        Args:
            nearest: The family of each network, `(graphs,)`.
            trust: Weight of the members, `(graphs,)`; the rest is the general voice's.
        """
        squares = self.errors**2
        variances: FloatArray = trust * squares[nearest] + (1 - trust) * squares[-1]
        return variances

    def _rows(self, nearest: IntArray, alike: BoolArray) -> IntArray:
        """Which row of `inside` and `placed` each network is compared with, `(graphs,)`."""
        rows: IntArray = np.where(alike, nearest, len(self.inside) - 1)
        return rows

    def _errors(
        self,
        predictions: FloatArray,
        general: FloatArray,
        rows: Sequence[BoolArray],
        labels: FloatArray,
    ) -> FloatArray:
        of_members, of_general = [], []
        for family, row in enumerate(rows):
            everywhere = np.full(int(row.sum()), family)
            alike = np.ones(len(everywhere), dtype=bool)
            said = self.member_scores(predictions[:, row], everywhere, alike).mean(axis=0)
            said_in_general = self.general_scores(general[row])
            truth = np.sort(said_in_general)[np.argsort(np.argsort(labels[row], kind="stable"))]
            of_members.append(np.quantile(np.abs(said - truth), _WITHIN))
            of_general.append(np.quantile(np.abs(said_in_general - truth), _WITHIN))
        return np.array([*of_members, np.mean(of_general)])

    def percentiles(self, scores: FloatArray) -> FloatArray:
        """Share of the population below each score, 0 to 100."""
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


def _placed(inside: FloatArray, general: FloatArray) -> FloatArray:
    """Where quantiles of the members' scores are put, `(101,)`, by what is said in general."""
    straight = inside * general.std() + general.mean()
    curved = np.quantile(general, _HUNDREDTHS)
    placed: FloatArray = _increasing(_STRAIGHT * straight + (1 - _STRAIGHT) * curved)
    return placed


def _interpolated(scores: FloatArray, inside: FloatArray, placed: FloatArray) -> FloatArray:
    """Scores put in their places; beyond the ends they go on straight, by `_BEYOND` at most."""
    varies = inside[-1] - inside[0] > _SMALLEST_RANGE
    slope = (placed[-1] - placed[0]) / (inside[-1] - inside[0]) if varies else 0.0
    under = np.clip(scores - inside[0], -_BEYOND, 0)
    over = np.clip(scores - inside[-1], 0, _BEYOND)
    interpolated: FloatArray = np.interp(scores, inside, placed) + slope * (under + over)
    return interpolated
