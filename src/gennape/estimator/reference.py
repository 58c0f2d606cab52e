"""The population that scores are relative to."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]

_QUANTILES = 1001
_SMALLEST_DEVIATION = 1e-12
_BEYOND = 1.0


@dataclass(frozen=True)
class Reference:
    """The population that scores are relative to: the training networks.

    Attributes:
        means: Mean prediction of each member for it, `(members,)`.
        deviations: Standard deviations of the same, `(members,)`.
        size_means: Means of the `network_sizes`, `(3,)`.
        size_units: What counts as one step of each, `(3,)`: the standard deviation of
            MACs and parameters, one octave of resolution.
        quantiles: Scores at 1,001 evenly spaced quantiles, ascending.
    """

    means: FloatArray
    deviations: FloatArray
    size_means: FloatArray
    size_units: FloatArray
    quantiles: FloatArray

    @classmethod
    def of(cls, predictions: FloatArray, sizes: FloatArray) -> "Reference":
        """The reference of members' predictions, `(members, graphs)`, and `(graphs, 3)` sizes."""
        means = predictions.mean(axis=1)
        deviations = np.maximum(predictions.std(axis=1), _SMALLEST_DEVIATION)
        scores = ((predictions - means[:, None]) / deviations[:, None]).mean(axis=0)
        return cls(
            means,
            deviations,
            sizes.mean(axis=0),
            np.append(np.maximum(sizes.std(axis=0)[:-1], _SMALLEST_DEVIATION), 1.0),
            np.quantile(scores, np.linspace(0, 1, _QUANTILES)),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            field.name: np.asarray(getattr(self, field.name)).tolist() for field in fields(self)
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Reference":
        """The reference that `to_json` wrote."""
        return cls(
            np.array(values["means"]),
            np.array(values["deviations"]),
            np.array(values["size_means"]),
            np.array(values["size_units"]),
            np.array(values["quantiles"]),
        )

    def scores(self, predictions: FloatArray) -> FloatArray:
        """Members' predictions in standard deviations, `(members, graphs)`.

        A member is not believed when it goes further than one deviation beyond the scores
        of the population: such scores count as that far.
        """
        scores = (predictions - self.means[:, None]) / self.deviations[:, None]
        return np.clip(scores, self.quantiles[0] - _BEYOND, self.quantiles[-1] + _BEYOND)

    def size_scores(self, sizes: FloatArray) -> FloatArray:
        """Half the sum of the three sizes in their units: `(graphs, 3)` to `(graphs,)`.

        MACs and parameters go together where families are built alike, so that half their
        sum has a deviation of one. At equal cost the network that keeps more resolution to
        its end is put before the other.
        """
        scores: FloatArray = ((sizes - self.size_means) / self.size_units).sum(axis=1) / 2
        return scores

    def percentiles(self, scores: FloatArray) -> FloatArray:
        """Share of the population below each score, 0 to 100."""
        below = np.searchsorted(self.quantiles, scores, side="left")
        return 100.0 * np.clip(below / (_QUANTILES - 1), 0, 1)
