"""Predictor-guided search: rounds of a search by score and of true evaluations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gennape.search.algorithm_search import best_note, search_by_algorithm
from gennape.search.candidate import Candidate, SearchError
from gennape.search.journal import MeasuredNetwork, measured_networks, open_journal
from gennape.search.network_cache import NetworkCache
from gennape.search.objectives import Objective, sort_candidates
from gennape.search.settings import SearchSettings
from gennape.search.stages import AccuracyStage, Evaluate, Scorer
from gennape.utils.errors import reading
from gennape.utils.progress import ProgressCallback
from gennape.utils.workspace import Workspace, WorkspaceError

ACCURACY = Objective.of("accuracy")
_MEASURED = {"accuracy", "score", "uncertainty"}
"""What is known of every network that was evaluated."""


def search_in_rounds(
    cache: NetworkCache,
    settings: SearchSettings,
    folder: Path,
    scorer: Scorer | None,
    *,
    evaluate: Evaluate,
    evaluations: int,
    per_round: int,
    depends_on: Mapping[str, Any],
    report: ProgressCallback,
) -> tuple[list[Candidate], bool]:
    """Search in rounds; a search that was killed goes on where it was.

    In each round a whole search by score finds candidates, the best of those that have no
    accuracy yet get one by true evaluation, and the scorer learns all accuracies so far. The
    first round's scores are zero-shot; later searches begin at the best evaluated networks.

    Args:
        cache: The networks of the family.
        settings: The search of each round; one objective is `score`.
        folder: Of the journals.
        scorer: Gives the metrics `score` and `uncertainty`, and learns.
        evaluate: Gives the metric `accuracy`.
        evaluations: How many networks are truly evaluated.
        per_round: How many of them between two fine-tunings.
        depends_on: Whatever else the results depend on, plain JSON values.
        report: Told of the progress and of the best candidate so far.

    Returns:
        The evaluated networks, and whether nothing new could be found before all
        evaluations were spent.

    Raises:
        SearchError: As `search_by_algorithm`; or there is no scorer, or the
            score is no objective.
        WorkspaceError: As `search_by_algorithm`.
    """
    if scorer is None:
        raise SearchError("rounds of true evaluations need an estimator")
    if "score" not in {objective.metric for objective in settings.objectives}:
        raise SearchError(
            "rounds of true evaluations are guided by the score; make it an objective"
        )
    described = {
        "family": cache.space.name,
        **settings.described(),
        "budget": settings.budget,
        "per round": per_round,
        **depends_on,
    }
    with open_journal(folder / "labels", described, cache) as journal:
        labelled = _labelled(cache, journal)
        while len(labelled) < evaluations:
            report("evaluating", len(labelled), evaluations, best_note(ACCURACY, labelled))
            number = len(journal.records)
            candidates, _ = search_by_algorithm(
                cache,
                replace(settings, seed=settings.seed + number),
                folder / f"round-{number:02d}",
                _fine_tuned(cache, scorer, labelled),
                start=[one.architecture for one in sort_candidates(labelled, [ACCURACY])],
                depends_on=depends_on,
                title=f"searching, round {number + 1}",
                report=report,
            )
            chosen = _most_promising(candidates, labelled, settings.objectives)
            chosen = chosen[: min(per_round, evaluations - len(labelled))]
            if not chosen:
                break
            journal.append(_evaluated(cache, chosen, evaluate, number))
            labelled = _labelled(cache, journal)
    report("evaluating", len(labelled), evaluations, best_note(ACCURACY, labelled))
    return labelled, len(labelled) < evaluations


def objectives_after_evaluation(objectives: Sequence[Objective]) -> list[Objective]:
    """Return the objectives of evaluated networks: accuracy in place of the score."""
    return [ACCURACY if one.metric == "score" else one for one in objectives]


def _labelled(cache: NetworkCache, journal: Workspace) -> list[Candidate]:
    """Return the networks that were evaluated in the rounds of a journal."""
    with reading(journal.path, WorkspaceError, "a journal of a search", "give another folder"):
        networks = measured_networks(journal.records)
        if not all({*one.metrics} >= _MEASURED for one in networks):
            raise ValueError("a network has no accuracy or no score")
        return [
            Candidate(cache.space.parse(one.text), one.text, one.key, one.metrics)
            for one in networks
        ]


def _fine_tuned(cache: NetworkCache, scorer: Scorer, labelled: Sequence[Candidate]) -> Scorer:
    """Return the scorer that has learned what can be learned of the evaluated networks."""
    known = [one for one in labelled if np.isfinite(one.metrics["accuracy"])]
    accuracies = np.array([one.metrics["accuracy"] for one in known])
    if len(np.unique(accuracies)) < 2:
        return scorer
    return scorer.learn(cache.describe([one.architecture for one in known]), accuracies)


def _most_promising(
    candidates: Sequence[Candidate],
    labelled: Sequence[Candidate],
    objectives: Sequence[Objective],
) -> list[Candidate]:
    """Sort the candidates without an accuracy, the most promising first."""
    known = {candidate.key for candidate in labelled}
    return sort_candidates([one for one in candidates if one.key not in known], objectives)


def _evaluated(
    cache: NetworkCache, chosen: Sequence[Candidate], evaluate: Evaluate, number: int
) -> list[MeasuredNetwork]:
    """Evaluate candidates: their accuracies and the number of the round, from 1, are metrics."""
    networks = cache.describe([candidate.architecture for candidate in chosen])
    accuracies = AccuracyStage(evaluate).measure(networks)["accuracy"].tolist()
    return [
        MeasuredNetwork(
            one.text,
            one.key,
            {**one.metrics, "accuracy": accuracy, "round": float(number + 1)},
        )
        for one, accuracy in zip(chosen, accuracies, strict=True)
    ]
