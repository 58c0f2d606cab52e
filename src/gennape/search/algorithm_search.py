"""One run of a search algorithm, resumable."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gennape.proxies.registry import GRAPH_PROXIES
from gennape.search.algorithms import ALGORITHMS, SearchPlan
from gennape.search.candidate import Candidate, SearchError
from gennape.search.evaluator import CandidateEvaluator
from gennape.search.journal import open_journal
from gennape.search.network_cache import NetworkCache
from gennape.search.objectives import Objective, cost_matrix, format_metric
from gennape.search.settings import SearchSettings
from gennape.search.stages import (
    AccuracyStage,
    CostStage,
    Evaluate,
    ProxyStage,
    Scorer,
    ScoreStage,
    Stage,
)
from gennape.utils.progress import ProgressCallback

_PATIENCE = 2_000
"""A search ends after so many proposals in a row that brought nothing new."""


def search_by_algorithm(
    cache: NetworkCache,
    settings: SearchSettings,
    folder: Path,
    scorer: Scorer | None,
    *,
    evaluate: Evaluate | None = None,
    start: Sequence[Any] = (),
    depends_on: Mapping[str, Any],
    title: str = "searching",
    report: ProgressCallback,
) -> tuple[list[Candidate], bool]:
    """Search once; a search that was killed goes on where it was, and ends as it would have.

    Neither algorithms nor decisions are stored: started again with the same seed a search
    proposes and decides the same, and nothing that the folder knows is measured again.

    Args:
        cache: The networks of the family.
        settings: Objectives, constraints and algorithm.
        folder: Of the journal.
        scorer: Gives the metrics `score` and `uncertainty`.
        evaluate: Gives the metric `accuracy`.
        start: Architectures to begin with.
        depends_on: Whatever else the results depend on, plain JSON values.
        title: Of this search in progress reports.
        report: Told of the progress and of the best candidate so far.

    Returns:
        The candidates, in the order in which they were found, and whether nothing new could
        be found before the budget was spent.

    Raises:
        SearchError: A metric cannot be measured, or no network keeps the constraints.
        WorkspaceError: The folder holds another search, or another process searches there.
    """
    space = cache.space
    described = {"family": space.name, **settings.described(), **depends_on}
    stages = _stages(settings, scorer, evaluate)
    with open_journal(folder, described, cache) as journal:
        evaluator = CandidateEvaluator(
            cache, stages, settings.constraints, journal, settings.budget
        )
        plan = SearchPlan(space, settings.objectives, settings.population, settings.batch, start)
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
    candidates = list(evaluator.candidates.values())
    if not candidates:
        raise SearchError(
            f"no {space.name} network keeps {', '.join(map(str, settings.constraints))}; "
            "loosen the constraints"
        )
    return candidates, bool(evaluator.remaining)


def best_note(objective: Objective, candidates: Iterable[Candidate]) -> str:
    """Say how good the best candidate by one objective is, by its accuracy if it has one."""
    known = list(candidates)
    if not known:
        return ""
    metrics = known[int(cost_matrix(known, [objective]).argmin())].metrics
    name = "accuracy" if "accuracy" in metrics else objective.metric
    return f"best {name} {format_metric(name, metrics[name])}"


def _parts(proposals: Sequence[Any], settings: SearchSettings) -> list[Sequence[Any]]:
    """Split proposals into those that are measured and written down together.

    Each true evaluation is alone.
    """
    return [[one] for one in proposals] if "accuracy" in settings.metrics else [proposals]


def _stages(
    settings: SearchSettings, scorer: Scorer | None, evaluate: Evaluate | None
) -> list[Stage]:
    """List the stages of measurement, cheap metrics first."""
    stages: list[Stage] = [CostStage()]
    wanted = settings.metrics
    proxies = tuple(sorted(wanted.intersection(GRAPH_PROXIES) - {*CostStage.metrics}))
    if proxies:
        stages.append(ProxyStage(proxies))
    if scorer is not None:
        stages.append(ScoreStage(scorer))
    elif "score" in wanted:
        raise SearchError("the score needs an estimator")
    if "accuracy" in wanted:
        if evaluate is None:
            raise SearchError("the accuracy needs a true evaluation: labels or a function")
        stages.append(AccuracyStage(evaluate))
    return stages
