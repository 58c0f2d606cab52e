"""The search of a family, or of the networks around one network."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gennape import spaces
from gennape.estimator import Estimator
from gennape.graph import ComputationGraph
from gennape.search.accuracy_sources import named_evaluation
from gennape.search.algorithm_search import search_by_algorithm
from gennape.search.graph_space import GraphSpace
from gennape.search.guided_search import objectives_after_evaluation, search_in_rounds
from gennape.search.network_cache import NetworkCache
from gennape.search.result import SearchResult
from gennape.search.settings import SearchSettings
from gennape.search.stages import EstimatorScorer, Evaluate, Scorer
from gennape.spaces import SearchSpace
from gennape.utils.progress import ProgressCallback, no_progress
from gennape.utils.worker_pool import WorkerPool

Searchable = str | ComputationGraph | SearchSpace[Any] | NetworkCache
"""A family's name, a network to change, a family, or networks that searches share."""


def search(
    space: Searchable,
    settings: SearchSettings,
    folder: str | os.PathLike[str],
    estimator: Estimator | Scorer | None = None,
    *,
    evaluate: str | Evaluate | None = None,
    evaluations: int = 30,
    per_round: int = 10,
    data_dir: str | os.PathLike[str] | None = None,
    processes: int = 1,
    depends_on: Mapping[str, Any] | None = None,
    report: ProgressCallback = no_progress,
) -> SearchResult:
    """Search for networks; a search that was killed goes on where it was.

    Without `evaluate` one run of the algorithm looks at `settings.budget` networks. With it
    the search goes in rounds: a run by score finds candidates, the best of them are truly
    evaluated, and the estimator learns their accuracies. Where the accuracy is an objective
    or has a bound, there are no rounds, and every candidate is evaluated.

    Args:
        space: A family by name or as it is; a network whose changes are searched; or the
            networks that several searches share, with their processes.
        settings: Objectives, constraints and algorithm.
        folder: Of the journals.
        estimator: Gives the metrics `score` and `uncertainty`; needed only where one of
            them counts. Another scorer than an estimator is named in `depends_on`.
        evaluate: Gives the metric `accuracy`: a function, or the name of a table or of a
            function, see `named_evaluation`.
        evaluations: How many networks are truly evaluated in rounds.
        per_round: How many of them between two fine-tunings.
        data_dir: Folder of labelled tables; the environment variable `GENNAPE_DATA` unless
            given.
        processes: How many build and score networks, where `space` does not bring its own.
            No result depends on it.
        depends_on: Whatever else the results depend on, plain JSON values by name; a search
            goes on only with the same.
        report: Told of the progress and of the best candidate so far.

    Returns:
        The candidates and their front; in rounds these are the evaluated networks, and the
        front is that of their accuracies and of the other objectives.

    Raises:
        SearchError: A metric cannot be measured, no network keeps the constraints, or
            `evaluate` names nothing of use.
        WorkspaceError: The folder holds another search, or another process searches there.
        ArchitectureError: There is no such family.
        BenchmarkError: There is no such label, or its table cannot be read.

    Examples:
        Wide receptive fields at few parameters, without an estimator:

        >>> from tempfile import TemporaryDirectory
        >>> from gennape.search import Objective, SearchSettings, search
        >>> objectives = Objective.of("receptive_field"), Objective.of("parameters")
        >>> settings = SearchSettings("nsga2", objectives, budget=20)
        >>> with TemporaryDirectory() as folder:
        ...     result = search("nasbench201", settings, folder)
        >>> len(result.candidates), result.front[0] in result.candidates
        (20, True)
    """
    with ExitStack() as stack:
        cache = _cache_of(space, processes, stack)
        scorer, known = _scorer_of(estimator, cache.pool, evaluate)
        if isinstance(cache.space, GraphSpace) and cache is not space:
            known["network"] = cache.space.version
        known.update(depends_on or {})
        if isinstance(evaluate, str):
            cache, evaluate = _named_evaluation(evaluate, cache, scorer, data_dir)
        objectives = list(settings.objectives)
        if evaluate is None or "accuracy" in settings.metrics:
            candidates, exhausted = search_by_algorithm(
                cache, settings, Path(folder), scorer,
                evaluate=evaluate, depends_on=known, report=report,
            )  # fmt: skip
        else:
            objectives = objectives_after_evaluation(objectives)
            candidates, exhausted = search_in_rounds(
                cache, settings, Path(folder), scorer,
                evaluate=evaluate, evaluations=evaluations, per_round=per_round,
                depends_on=known, report=report,
            )  # fmt: skip
    described = {**settings.described(), "budget": settings.budget, **known}
    return SearchResult.of(
        candidates, objectives, exhausted=exhausted, space=cache.space, settings=described
    )


def _cache_of(space: Searchable, processes: int, stack: ExitStack) -> NetworkCache:
    """Make the cache of a family, unless it is one; the stack ends its processes."""
    if isinstance(space, NetworkCache):
        return space
    if isinstance(space, ComputationGraph):
        space = GraphSpace(space)
    family: SearchSpace[Any] = spaces.get(space) if isinstance(space, str) else space
    return NetworkCache(family, stack.enter_context(WorkerPool(processes)))


def _scorer_of(
    estimator: Estimator | Scorer | None, pool: WorkerPool, evaluate: str | Evaluate | None
) -> tuple[Scorer | None, dict[str, Any]]:
    """Return the scorer, and what journals say of an estimator."""
    if not isinstance(estimator, Estimator):
        return estimator, {}
    scorer = EstimatorScorer(estimator, pool)
    named = evaluate if isinstance(evaluate, str) else None
    return scorer, {"estimator": scorer.version, "evaluated by": named}


def _named_evaluation(
    name: str,
    cache: NetworkCache,
    scorer: Scorer | None,
    data_dir: str | os.PathLike[str] | None,
) -> tuple[NetworkCache, Evaluate]:
    """Return an evaluation by name, and the networks that it has accuracies of."""
    estimator = scorer.estimator if isinstance(scorer, EstimatorScorer) else None
    labelled, evaluate = named_evaluation(name, cache.space, estimator, data_dir)
    if labelled is not cache.space:
        cache = NetworkCache(labelled, cache.pool)
    return cache, evaluate
