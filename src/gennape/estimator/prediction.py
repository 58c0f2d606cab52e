"""Results of an estimator: scores, expected accuracies with intervals, and what they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any, Literal

import numpy as np

from gennape.utils.array_types import FloatArray, IntArray

Scope = Literal["measured", "near", "far", "outside"]
"""This very network is in the tables; like measured ones; unlike them; nothing to judge."""


@dataclass(frozen=True)
class Prediction:
    """Predictions for networks; each array has the shape `(graphs,)`.

    Attributes:
        score: Higher is better, in standard deviations of the reference population.
        percentile: Share of the reference population that scores lower, 0 to 100.
        uncertainty: Standard deviation of the truth around the score.
        accuracy: Expected top-1 accuracy in percent; NaN exactly where the scope is "outside".
        accuracy_low: Lower end of the interval that holds the truth nine times in ten.
        accuracy_high: Its upper end.
        measured: Accuracy that was measured of this very network, in percent, else NaN.
        scope: What each accuracy rests on, see `Scope`.
        note: Why a network is outside or far, else empty.
        dataset: On which each accuracy is expected.
        recipe: By which training.
    """

    score: FloatArray
    percentile: FloatArray
    uncertainty: FloatArray
    accuracy: FloatArray
    accuracy_low: FloatArray
    accuracy_high: FloatArray
    measured: FloatArray
    scope: list[Scope]
    note: list[str]
    dataset: list[str | None]
    recipe: str | None

    def __len__(self) -> int:
        return len(self.score)

    def take(self, networks: IntArray) -> "Prediction":
        """Take some networks, in the given order."""
        taken: dict[str, Any] = {"recipe": self.recipe}
        for name in (one.name for one in fields(self) if one.name != "recipe"):
            column = getattr(self, name)
            is_list = isinstance(column, list)
            taken[name] = [column[i] for i in networks] if is_list else column[networks]
        return Prediction(**taken)

    @classmethod
    def join(cls, parts: Sequence["Prediction"]) -> "Prediction":
        """Put predictions for several lists of networks, by one recipe, one after another."""
        joined: dict[str, Any] = {"recipe": parts[0].recipe}
        for name in (one.name for one in fields(cls) if one.name != "recipe"):
            columns = [getattr(part, name) for part in parts]
            is_list = isinstance(columns[0], list)
            joined[name] = list(chain(*columns)) if is_list else np.concatenate(columns)
        return cls(**joined)

    @classmethod
    def of_scores(
        cls, score: FloatArray, percentile: FloatArray, uncertainty: FloatArray, note: str
    ) -> "Prediction":
        """Predict scores alone, and say in a note why there are no accuracies."""
        count = len(score)
        nothing = np.full(count, np.nan)
        outside: Scope = "outside"
        return cls(
            score=score,
            percentile=percentile,
            uncertainty=uncertainty,
            accuracy=nothing,
            accuracy_low=nothing,
            accuracy_high=nothing,
            measured=nothing,
            scope=[outside] * count,
            note=[note] * count,
            dataset=[None] * count,
            recipe=None,
        )


@dataclass(frozen=True)
class Explanation:
    """The parts that scores are sums of.

    Attributes:
        parts: What each part adds to the scores, by its name, `(graphs,)` each; see
            `Estimator.explain`.
        families: The labelled table in whose domain each network is, or None where it is out
            of domain: like the networks of no table of the training set.
    """

    parts: dict[str, FloatArray]
    families: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.families)
