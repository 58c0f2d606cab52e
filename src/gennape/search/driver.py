"""Run a search algorithm on a family."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gennape.search.algorithms import ALGORITHMS, SINGLE_OBJECTIVE, Plan
from gennape.search.candidate import Candidate
from gennape.search.earlier_journals import search_workspace
from gennape.search.errors import SearchError
from gennape.search.evaluator import Evaluator
from gennape.search.networks import Catalogue
from gennape.search.objectives import GRAPH_METRICS, Constraint, Objective, costs_of, shown
from gennape.search.pareto import front
from gennape.search.stages import (
    Accuracies,
    Costs,
    Evaluate,
    Proxies,
    Scorer,
    Scores,
    Stage,
)
from gennape.utils.progress import ProgressCallback, no_progress

_PATIENCE = 2_000
"""A search ends after so many proposals in a row that brought nothing new."""
_BATCH = 64
_BATCH_WITHOUT_FEEDBACK = 512
"""Random search learns nothing from answers, and large batches take less time."""
_POPULATIONS = (10, 100)


@dataclass(frozen=True)
class Settings:
    """What is searched for, and how.

    Attributes:
        algorithm: A key of `ALGORITHMS`.
        objectives: What is to become better.
        constraints: What every candidate keeps to.
        budget: How many candidates are looked at: different networks that keep the
            constraints on costs.
        seed: Of every random choice.
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
        """Everything that must be measured."""
        return {one.metric for one in self.objectives} | {one.metric for one in self.constraints}

    @property
    def population(self) -> int:
        """How many candidates an algorithm breeds from: a tenth of the budget, 10 to 100."""
        fewest, most = _POPULATIONS
        return min(max(self.budget // 10, fewest), most)

    @property
    def batch(self) -> int:
        """How many proposals an algorithm makes at once, where it chooses.

        One where accuracies are measured: each is learned from before the next is paid for.
        """
        if "accuracy" in self.metrics:
            return 1
        if self.algorithm == "random":
            return min(_BATCH_WITHOUT_FEEDBACK, max(self.population, self.budget // 4))
        return min(_BATCH, self.population)

    def described(self) -> dict[str, Any]:
        """What a result depends on, without the budget: a search may go on with more."""
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


@dataclass(frozen=True)
class Found:
    """What a search has found.

    Attributes:
        candidates: In the order in which they were found.
        front: Those that no other beats, by their first objective.
        exhausted: Whether nothing new could be found before the budget was spent.
    """

    candidates: tuple[Candidate, ...]
    front: tuple[Candidate, ...]
    exhausted: bool

    @classmethod
    def of(
        cls,
        candidates: Sequence[Candidate],
        objectives: Sequence[Objective],
        exhausted: bool,
    ) -> "Found":
        """Candidates and the front of them."""
        best = front(costs_of(candidates, objectives))
        return cls(tuple(candidates), tuple(candidates[i] for i in best), exhausted)


def run(
    catalogue: Catalogue,
    settings: Settings,
    folder: str | os.PathLike[str],
    scorer: Scorer | None = None,
    evaluate: Evaluate | None = None,
    start: Sequence[Any] = (),
    depends_on: Mapping[str, Any] | None = None,
    report: ProgressCallback = no_progress,
    title: str = "searching",
) -> Found:
    """Search; a search that was killed goes on where it was, and ends as if it had not been.

    Neither algorithms nor decisions are kept: started again with the same seed a search
    proposes and decides the same, and what the folder knows is not measured again.

    Args:
        catalogue: The networks of the family.
        settings: What is searched for, and how.
        folder: Where the journal is kept.
        scorer: Gives the metrics `score` and `uncertainty`.
        evaluate: Gives the metric `accuracy`.
        start: Architectures to begin with.
        depends_on: What the results depend on besides, plain JSON values: which estimator.
        report: Told of the progress and of the best candidate so far.
        title: What the report calls this search.

    Raises:
        SearchError: A metric cannot be measured, or no network keeps the constraints.
        WorkspaceError: The folder holds another search, or another process searches there.
    """
    space = catalogue.space
    described = {"family": space.name, **settings.described(), **(depends_on or {})}
    stages = _stages(settings, scorer, evaluate)
    with search_workspace(folder, described, catalogue) as journal:
        evaluator = Evaluator(catalogue, stages, settings.constraints, journal, settings.budget)
        plan = Plan(space, settings.objectives, settings.population, settings.batch, start)
        proposals = ALGORITHMS[settings.algorithm](plan, np.random.default_rng(settings.seed))
        asked = next(proposals)
        idle = 0
        while evaluator.remaining and idle < _PATIENCE:
            before = evaluator.remaining
            answers = [answer for part in _parts(asked, settings) for answer in evaluator(part)]
            idle = 0 if evaluator.remaining < before else idle + len(asked)
            note = best_note(settings.objectives[0], evaluator.candidates.values())
            report(title, len(evaluator.candidates), settings.budget, note)
            asked = proposals.send(answers)
    candidates = tuple(evaluator.candidates.values())
    if not candidates:
        raise SearchError(
            f"no {space.name} network keeps {', '.join(map(str, settings.constraints))}; "
            "loosen the constraints"
        )
    return Found.of(candidates, settings.objectives, exhausted=bool(evaluator.remaining))


def best_note(objective: Objective, candidates: Iterable[Candidate]) -> str:
    """Say how good the best candidate by one objective is, by its accuracy if it has one."""
    known = list(candidates)
    if not known:
        return ""
    metrics = known[int(costs_of(known, [objective]).argmin())].metrics
    name = "accuracy" if "accuracy" in metrics else objective.metric
    return f"best {name} {shown(name, metrics[name])}"


def _parts(proposals: Sequence[Any], settings: Settings) -> list[Sequence[Any]]:
    """What is measured, and written down, together: each true evaluation alone."""
    return [[one] for one in proposals] if "accuracy" in settings.metrics else [proposals]


def _stages(settings: Settings, scorer: Scorer | None, evaluate: Evaluate | None) -> list[Stage]:
    """What is measured, cheap metrics first."""
    stages: list[Stage] = [Costs()]
    wanted = settings.metrics
    proxies = tuple(sorted(wanted.intersection(GRAPH_METRICS) - {*Costs.metrics}))
    if proxies:
        stages.append(Proxies(proxies))
    if scorer is not None:
        stages.append(Scores(scorer))
    elif "score" in wanted:
        raise SearchError("the score needs an estimator")
    if "accuracy" in wanted:
        if evaluate is None:
            raise SearchError("the accuracy needs a true evaluation: labels or a function")
        stages.append(Accuracies(evaluate))
    return stages
