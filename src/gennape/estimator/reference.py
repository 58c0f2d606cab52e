"""The population that scores are relative to."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph.arrays import BoolArray, IntArray

FloatArray = npt.NDArray[np.floating[Any]]

_GRID = np.linspace(0, 1, 1001)
_SMALLEST_DEVIATION = 1e-12
_BEYOND = 1.0


@dataclass(frozen=True)
class Reference:
    """The population that scores are relative to: the training networks.

    Two voices make up scores. The general one ranks networks of every family. Members rank
    networks within one family; where the family stands among the others, and how far its
    networks are apart, they take from the general voice. Families count alike, however
    many networks they have.

    Attributes:
        means: Mean prediction of each member for each family and, last, over all families,
            `(families + 1, members)`.
        deviations: Standard deviations of the same.
        lowest: Lowest score of the members within each family, `(families + 1,)`.
        highest: Highest likewise.
        centres: Mean of the general voice for each family, `(families + 1,)`.
        spreads: Its standard deviation likewise.
        general_mean: Mean of the general voice before standardisation.
        general_deviation: Its standard deviation.
        quantiles: Scores at 1,001 evenly spaced quantiles, ascending.
    """

    means: FloatArray
    deviations: FloatArray
    lowest: FloatArray
    highest: FloatArray
    centres: FloatArray
    spreads: FloatArray
    general_mean: FloatArray
    general_deviation: FloatArray
    quantiles: FloatArray

    @classmethod
    def of(cls, predictions: FloatArray, general: FloatArray, families: IntArray) -> "Reference":
        """The reference of a population.

        Args:
            predictions: Of the members, `(members, graphs)`.
            general: What the general voice says, `(graphs,)`.
            families: The family of each network, from 0, `(graphs,)`.
        """
        rows = [families == family for family in range(families.max() + 1)]
        means = np.array([predictions[:, row].mean(axis=1) for row in rows])
        deviations = np.array([_deviations(predictions[:, row]) for row in rows])
        mean = np.mean([general[row].mean() for row in rows])
        squares = np.mean([((general[row] - mean) ** 2).mean() for row in rows])
        deviation = np.maximum(np.sqrt(squares), _SMALLEST_DEVIATION)
        centres = np.array([(general[row].mean() - mean) / deviation for row in rows])
        spreads = np.array([_deviations(general[None, row])[0] / deviation for row in rows])
        inside = [
            ((predictions[:, row] - m[:, None]) / d[:, None]).mean(axis=0)
            for row, m, d in zip(rows, means, deviations, strict=True)
        ]
        lowest = np.array([scores.min() for scores in inside])
        highest = np.array([scores.max() for scores in inside])
        placed = zip(inside, centres, spreads, strict=True)
        scores = [np.quantile(z * spread + centre, _GRID) for z, centre, spread in placed]
        return cls(
            np.vstack([means, means.mean(axis=0)]),
            np.vstack([deviations, deviations.mean(axis=0)]),
            np.append(lowest, lowest.min()),
            np.append(highest, highest.max()),
            np.append(centres, 0.0),
            np.append(spreads, 1.0),
            np.array(mean),
            np.array(deviation),
            np.quantile(np.concatenate(scores), _GRID),
        )

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
        row = np.where(alike, nearest, len(self.centres) - 1)
        scores = (predictions - self.means[row].T) / self.deviations[row].T
        scores = np.clip(scores, self.lowest[row] - _BEYOND, self.highest[row] + _BEYOND)
        placed: FloatArray = scores * self.spreads[row] + self.centres[row]
        return placed

    def general_scores(self, general: FloatArray) -> FloatArray:
        """What the general voice says, in deviations of the population; any shape."""
        scores: FloatArray = (general - self.general_mean) / self.general_deviation
        return scores

    def percentiles(self, scores: FloatArray) -> FloatArray:
        """Share of the population below each score, 0 to 100."""
        below = np.searchsorted(self.quantiles, scores, side="left")
        shares: FloatArray = np.clip(below / (len(_GRID) - 1), 0, 1)
        return 100.0 * shares


def _deviations(rows: FloatArray) -> FloatArray:
    """Standard deviation of each row, never zero: `(rows, graphs)` to `(rows,)`."""
    deviations: FloatArray = np.maximum(rows.std(axis=1), _SMALLEST_DEVIATION)
    return deviations
