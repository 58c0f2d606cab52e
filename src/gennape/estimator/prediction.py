"""Results of an estimator: scores, and the parts that they are sums of."""

from collections.abc import Sequence
from dataclasses import dataclass

from gennape.utils.array_types import FloatArray


@dataclass(frozen=True)
class Prediction:
    """Scores of networks; each array has the shape `(graphs,)`.

    Attributes:
        score: Higher is better, in standard deviations of the reference population.
        percentile: Share of the reference population that scores lower, 0 to 100.
        uncertainty: Standard deviation of the truth around the score: how wrong such scores
            are for training networks, and how far the components of this one disagree.
    """

    score: FloatArray
    percentile: FloatArray
    uncertainty: FloatArray

    def __len__(self) -> int:
        return len(self.score)


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
