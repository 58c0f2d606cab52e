"""Predictor-guided search: the scorer chooses, true evaluation judges, the scorer learns."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gennape.search.candidate import Candidate, Measured, measured_in
from gennape.search.driver import Found, Settings, best_note, run
from gennape.search.earlier_journals import search_workspace
from gennape.search.errors import SearchError
from gennape.search.networks import Catalogue
from gennape.search.objectives import Objective, costs_of
from gennape.search.pareto import best_first
from gennape.search.stages import Accuracies, Evaluate, Scorer
from gennape.utils.progress import ProgressCallback, no_progress

ACCURACY = Objective.of("accuracy")


def run_guided(
    catalogue: Catalogue,
    settings: Settings,
    folder: str | os.PathLike[str],
    scorer: Scorer,
    evaluate: Evaluate,
    evaluations: int = 30,
    per_round: int = 10,
    depends_on: Mapping[str, Any] | None = None,
    report: ProgressCallback = no_progress,
) -> Found:
    """Search in rounds; a search that was killed goes on where it was.

    In each round a whole search by score finds candidates, the best of those that have no
    accuracy yet get one by true evaluation, and the scorer learns all accuracies so far. The
    first round's scores are zero-shot; later searches begin at the best evaluated networks.

    Args:
        catalogue: The networks of the family.
        settings: The search of each round; one objective is `score`.
        folder: Where the journals are kept.
        scorer: Gives the metrics `score` and `uncertainty`, and learns.
        evaluate: Gives the metric `accuracy`.
        evaluations: How many networks are truly evaluated.
        per_round: How many of them between two fine-tunings.
        depends_on: What the results depend on besides, plain JSON values.
        report: Told of the progress and of the best candidate so far.

    Returns:
        The evaluated networks; the front is that of their accuracies and, where there are
        more objectives, those.

    Raises:
        SearchError: As `run`; or the score is no objective.
        WorkspaceError: As `run`.
    """
    if "score" not in {objective.metric for objective in settings.objectives}:
        raise SearchError(
            "rounds of true evaluations are guided by the score; make it an objective"
        )
    folder = Path(folder)
    described = {**settings.described(), "budget": settings.budget, "per round": per_round}
    described = {"family": catalogue.space.name, **described, **(depends_on or {})}
    with search_workspace(folder / "labels", described, catalogue) as journal:
        labelled = _labelled(catalogue, journal.records)
        while len(labelled) < evaluations:
            report("evaluating", len(labelled), evaluations, best_note(ACCURACY, labelled))
            number = len(journal.records)
            found = run(
                catalogue,
                replace(settings, seed=settings.seed + number),
                folder / f"round-{number:02d}",
                _taught(catalogue, scorer, labelled),
                start=[candidate.architecture for candidate in _best_first(labelled, [ACCURACY])],
                depends_on=depends_on,
                report=report,
                title=f"searching, round {number + 1}",
            )
            chosen = _chosen(found.candidates, labelled, settings.objectives)
            chosen = chosen[: min(per_round, evaluations - len(labelled))]
            if not chosen:
                break
            journal.append(_evaluated(catalogue, chosen, evaluate, number))
            labelled = _labelled(catalogue, journal.records)
    report("evaluating", len(labelled), evaluations, best_note(ACCURACY, labelled))
    return Found.of(labelled, judged_by(settings.objectives), exhausted=len(labelled) < evaluations)


def judged_by(objectives: Sequence[Objective]) -> list[Objective]:
    """The objectives of evaluated networks: accuracy in place of the score."""
    return [ACCURACY if one.metric == "score" else one for one in objectives]


def _labelled(catalogue: Catalogue, rounds: Sequence[Sequence[Any]]) -> list[Candidate]:
    """The networks that were evaluated in some rounds."""
    return [
        Candidate(catalogue.space.parse(one.text), one.text, one.key, one.metrics)
        for one in measured_in(rounds)
    ]


def _taught(catalogue: Catalogue, scorer: Scorer, labelled: Sequence[Candidate]) -> Scorer:
    """The scorer that has learned what can be learned of the evaluated networks."""
    known = [one for one in labelled if np.isfinite(one.metrics["accuracy"])]
    accuracies = np.array([one.metrics["accuracy"] for one in known])
    if len(np.unique(accuracies)) < 2:
        return scorer
    return scorer.learn(catalogue.describe([one.architecture for one in known]), accuracies)


def _chosen(
    candidates: Sequence[Candidate],
    labelled: Sequence[Candidate],
    objectives: Sequence[Objective],
) -> list[Candidate]:
    """The candidates without an accuracy, the most promising first."""
    known = {candidate.key for candidate in labelled}
    return _best_first([one for one in candidates if one.key not in known], objectives)


def _best_first(
    candidates: Sequence[Candidate], objectives: Sequence[Objective]
) -> list[Candidate]:
    return [candidates[place] for place in best_first(costs_of(candidates, objectives))]


def _evaluated(
    catalogue: Catalogue, chosen: Sequence[Candidate], evaluate: Evaluate, number: int
) -> list[Measured]:
    """Candidates with their accuracies and the number of the round, from 1."""
    networks = catalogue.describe([candidate.architecture for candidate in chosen])
    accuracies = Accuracies(evaluate).measure(networks)["accuracy"].tolist()
    return [
        Measured(
            one.text,
            one.key,
            {**one.metrics, "accuracy": accuracy, "round": float(number + 1)},
        )
        for one, accuracy in zip(chosen, accuracies, strict=True)
    ]
