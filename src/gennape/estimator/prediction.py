"""What an estimator says of networks, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Prediction:
    """What an estimator says of networks; each array has the shape `(graphs,)`.

    Attributes:
        score: Higher is better, in standard deviations of the reference population.
        percentile: Share of the reference population that scores lower, 0 to 100.
        uncertainty: Standard deviation of what is true around the score: how wrong such scores
            are for training networks, and how far the voices that make up this one disagree.
    """

    score: FloatArray
    percentile: FloatArray
    uncertainty: FloatArray

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True)
class Explanation:
    """What scores are the sums of.

    Attributes:
        parts: What each part adds to the scores, by its name, `(graphs,)` each; see
            `Estimator.explain`.
        families: The labelled table whose networks each network is like, or None where it is
            foreign, that is, like those of no table that was learned from.
    """

    parts: dict[str, FloatArray]
    families: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.families)
