"""A whole search, from names to a report: all that `gennape search` does."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from gennape import spaces
from gennape.estimator import Estimator
from gennape.graph import ComputationGraph
from gennape.search.driver import Found, Settings, run
from gennape.search.evaluations import named_evaluation
from gennape.search.graph_space import GraphSpace
from gennape.search.guided import judged_by, run_guided
from gennape.search.networks import Catalogue
from gennape.search.pool import Pool
from gennape.search.report import require_plotting, write_results
from gennape.search.stages import ByEstimator
from gennape.spaces import SearchSpace
from gennape.utils.progress import ProgressCallback, no_progress


class Outcome(NamedTuple):
    """What was found, and the page of the report."""

    found: Found
    page: Path


def find(
    where: str | ComputationGraph,
    settings: Settings,
    folder: str | os.PathLike[str],
    estimator: Estimator,
    evaluate: str | None = None,
    evaluations: int = 30,
    per_round: int = 10,
    data_dir: str | os.PathLike[str] | None = None,
    processes: int | None = None,
    report: ProgressCallback = no_progress,
) -> Outcome:
    """Search, and write results and a report; a search that was killed goes on where it was.

    With true evaluations the search goes in rounds, unless the accuracy is an objective or
    has a bound: then every candidate is evaluated.

    Args:
        where: A family's name, or a network to change.
        settings: What is searched for, and how.
        folder: Where journals and results are kept.
        estimator: Gives the scores.
        evaluate: Where accuracies come from, as `named_evaluation` takes it.
        evaluations: How many networks are truly evaluated in rounds.
        per_round: How many of them between two fine-tunings.
        data_dir: Folder of labelled tables; the environment variable `GENNAPE_DATA` unless given.
        processes: How many build and score networks; one a processor unless given.
        report: Told of the progress and of the best candidate so far.

    Raises:
        SearchError: As `run` and `run_guided`, or `evaluate` names nothing of use.
        WorkspaceError: As `run`.
        BenchmarkError: There is no such label, or its table cannot be read.
        MissingExtraError: matplotlib, which draws the report, is not installed.
    """
    require_plotting()
    space = GraphSpace(where) if isinstance(where, ComputationGraph) else spaces.get(where)
    evaluation = None
    if evaluate is not None:
        space, evaluation = named_evaluation(evaluate, space, estimator, data_dir)
    objectives = list(settings.objectives)
    with Pool(processes or os.cpu_count() or 1) as pool:
        scorer = ByEstimator(estimator, pool)
        catalogue = Catalogue(space, pool)
        depends_on = _depends_on(space, scorer, evaluate)
        if evaluation is None or "accuracy" in settings.metrics:
            found = run(catalogue, settings, folder, scorer, evaluation, (), depends_on, report)
        else:
            objectives = judged_by(objectives)
            found = run_guided(
                catalogue, settings, folder, scorer, evaluation, evaluations, per_round,
                depends_on, report,
            )  # fmt: skip
    described = {**settings.described(), "budget": settings.budget, **depends_on}
    return Outcome(found, write_results(Path(folder), space, found, objectives, described))


def _depends_on(
    space: SearchSpace[Any], scorer: ByEstimator, evaluate: str | None
) -> dict[str, str | None]:
    """What the results depend on beside the settings."""
    depends_on = {"estimator": scorer.version, "evaluated by": evaluate}
    if isinstance(space, GraphSpace):
        depends_on["network"] = space.version
    return depends_on
