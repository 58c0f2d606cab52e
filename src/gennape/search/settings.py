"""Settings of a search."""

from dataclasses import dataclass
from typing import Any

from gennape.search.algorithms import ALGORITHMS, SINGLE_OBJECTIVE
from gennape.search.candidate import SearchError
from gennape.search.objectives import Constraint, Objective

_BATCH = 64
_BATCH_WITHOUT_FEEDBACK = 512
"""Random search learns nothing from answers, and large batches take less time."""
_POPULATIONS = (10, 100)


@dataclass(frozen=True)
class SearchSettings:
    """Objectives, constraints and algorithm of a search.

    Attributes:
        algorithm: A key of `ALGORITHMS`.
        objectives: Metrics to improve.
        constraints: Bounds that every candidate keeps.
        budget: How many candidates are looked at: different networks that keep the
            constraints on costs.
        seed: Of every random choice.

    Raises:
        SearchError: There is no such algorithm, or it does not take these objectives.
    """

    algorithm: str = "evolution"
    objectives: tuple[Objective, ...] = (Objective("score", True),)
    constraints: tuple[Constraint, ...] = ()
    budget: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise SearchError(
                f"no algorithm is called {self.algorithm!r}; there are {', '.join(ALGORITHMS)}"
            )
        if not self.objectives or self.budget < 1:
            raise SearchError("a search needs an objective and a budget of at least 1")
        if len(self.objectives) > 1 and self.algorithm in SINGLE_OBJECTIVE:
            raise SearchError(
                f"{self.algorithm} has one objective; take nsga2 or random, or a constraint for "
                "each of the others"
            )

    @property
    def metrics(self) -> set[str]:
        """Names of all metrics that must be measured."""
        return {one.metric for one in self.objectives} | {one.metric for one in self.constraints}

    @property
    def population(self) -> int:
        """Candidates that an algorithm breeds from: a tenth of the budget, 10 to 100."""
        fewest, most = _POPULATIONS
        return min(max(self.budget // 10, fewest), most)

    @property
    def batch(self) -> int:
        """Proposals that an algorithm makes at once, where it chooses.

        One where accuracies are measured: each is learned from before the next is paid for.
        """
        if "accuracy" in self.metrics:
            return 1
        if self.algorithm == "random":
            return min(_BATCH_WITHOUT_FEEDBACK, max(self.population, self.budget // 4))
        return min(_BATCH, self.population)

    def described(self) -> dict[str, Any]:
        """Return what results depend on, without the budget: a search may go on with more."""
        return {
            "algorithm": self.algorithm,
            "objectives": [
                f"{'highest' if one.higher_is_better else 'lowest'} {one.metric}"
                for one in self.objectives
            ],
            "constraints": list(map(str, self.constraints)),
            "population": self.population,
            "seed": self.seed,
        }
