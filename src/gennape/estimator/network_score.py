"""One network's score: a row of a table of predictions."""

from dataclasses import dataclass

from gennape.estimator.models.measured_networks import Neighbour
from gennape.estimator.prediction import Scope


@dataclass(frozen=True)
class NetworkScore:
    """Score and expected accuracy of one network, beside its costs.

    Attributes:
        model: The file or name it was read from.
        score: Higher is better, in standard deviations of the reference population.
        percentile: Share of the reference population that it beats, 0 to 100.
        uncertainty: Standard deviation of the truth around the score, in its unit.
        macs: Multiply-accumulates for one input; None where features were given, not a graph.
        parameters: Learned parameters, likewise.
        unknown_operations: Functions outside the vocabulary and how many nodes hold each.
        complete: Whether all work is counted; else MACs and parameters are lower bounds.
        accuracy: Expected top-1 accuracy in percent; None exactly where the scope is "outside".
        accuracy_low: Lower end of the interval that holds the truth nine times in ten, or None.
        accuracy_high: Its upper end, or None.
        measured: Accuracy that was measured of this very network, in percent, if it was.
        scope: What the accuracy rests on: "measured", "near", "far" or "outside".
        note: Why the network is far or outside, else empty.
        dataset: On which the accuracy is expected; None if the estimator predicts none.
        recipe: By which training, likewise.
        neighbours: The nearest measured networks, three at most.
    """

    model: str
    score: float
    percentile: float
    uncertainty: float
    macs: int | None
    parameters: int | None
    unknown_operations: dict[str, int]
    complete: bool
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    measured: float | None
    scope: Scope
    note: str
    dataset: str | None
    recipe: str | None
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class ScoreParts(NetworkScore):
    """Score of one network, and the parts that it is the sum of.

    Attributes:
        family: The labelled table in whose domain it is, or None where it is out of domain.
        parts: Share of each part in the score, by its name; see `Estimator.explain`.
    """

    family: str | None
    parts: dict[str, float]
