import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from gennape import spaces
from gennape.estimator import load
from gennape.graph import ComputationGraph
from gennape.search import (
    Constraint,
    EstimatorScorer,
    NetworkCache,
    Objective,
    SearchError,
    SearchResult,
    SearchSettings,
    search,
)
from gennape.search.network_cache import SearchNetwork
from gennape.utils.workspace import WorkspaceError
from helpers.search_doubles import Quality, quality, true_quality

SETTINGS = SearchSettings("evolution", budget=60)


@pytest.fixture(scope="module")
def cache() -> NetworkCache:
    return NetworkCache(spaces.get("nasbench201"))


class Teachable(Quality):
    """A scorer that notes what it is taught."""

    lessons: list[dict[str, float]]

    def __init__(self, bias: float = 3.0) -> None:
        super().__init__(bias)
        self.lessons = []

    def learn(self, networks: Sequence[SearchNetwork], accuracies: np.ndarray) -> Quality:
        texts = [network.text for network in networks]
        self.lessons.append(dict(zip(texts, accuracies.tolist(), strict=True)))
        return super().learn(networks, accuracies)


def accuracies(found: SearchResult) -> list[float]:
    return [candidate.metrics["accuracy"] for candidate in found.candidates]


def test_each_lesson_is_of_all_accuracies_so_far(cache: NetworkCache, tmp_path: Path) -> None:
    scorer = Teachable()
    found = search(
        cache, SETTINGS, tmp_path, scorer, evaluate=true_quality, evaluations=14, per_round=5
    )
    assert [len(lesson) for lesson in scorer.lessons] == [5, 10]
    assert accuracies(found) == [quality(one.text) for one in found.candidates]
    assert [one.metrics["round"] for one in found.candidates] == [1] * 5 + [2] * 5 + [3] * 4
    assert len({one.key for one in found.candidates}) == 14
    taught = [one for lesson in scorer.lessons for one in lesson.items()]
    assert taught == [(one.text, one.metrics["accuracy"]) for one in found.candidates[:5]] + [
        (one.text, one.metrics["accuracy"]) for one in found.candidates[:10]
    ]


def test_what_was_learned_guides_the_search(cache: NetworkCache, tmp_path: Path) -> None:
    found = search(
        cache, SETTINGS, tmp_path, Teachable(), evaluate=true_quality, evaluations=30, per_round=10
    )
    rounds = np.array(accuracies(found)).reshape(3, 10).mean(axis=1)
    assert rounds[0] < rounds[1] < rounds[2]
    (best,) = found.front
    assert best.metrics["accuracy"] == max(accuracies(found))


def test_the_front_is_of_accuracies(cache: NetworkCache, tmp_path: Path) -> None:
    objectives = (Objective.of("score"), Objective.of("macs"))
    constraints = (Constraint.of("macs<=100M"),)
    settings = SearchSettings("nsga2", objectives, constraints, budget=60)
    found = search(
        cache, settings, tmp_path, Teachable(), evaluate=true_quality, evaluations=20, per_round=10
    )
    assert len(found.front) > 1
    assert all(candidate.metrics["macs"] <= 100e6 for candidate in found.candidates)
    values = [(one.metrics["accuracy"], one.metrics["macs"]) for one in found.front]
    assert values == sorted(values, reverse=True)


class Killed(Exception):
    pass


def test_a_killed_search_evaluates_nothing_twice(cache: NetworkCache, tmp_path: Path) -> None:
    evaluated: list[str] = []

    def mortal(graphs: Sequence[ComputationGraph]) -> list[float]:
        if len(evaluated) >= 10:
            raise Killed
        evaluated.extend(graph.name for graph in graphs)
        return true_quality(graphs)

    def healthy(graphs: Sequence[ComputationGraph]) -> list[float]:
        evaluated.extend(graph.name for graph in graphs)
        return true_quality(graphs)

    whole = search(
        cache,
        SETTINGS,
        tmp_path / "whole",
        Teachable(),
        evaluate=true_quality,
        evaluations=15,
        per_round=5,
    )
    with pytest.raises(Killed):
        search(
            cache,
            SETTINGS,
            tmp_path / "broken",
            Teachable(),
            evaluate=mortal,
            evaluations=15,
            per_round=5,
        )
    found = search(
        cache,
        SETTINGS,
        tmp_path / "broken",
        Teachable(),
        evaluate=healthy,
        evaluations=15,
        per_round=5,
    )
    assert found == whole
    assert len(evaluated) == len(set(evaluated)) == 15


@pytest.mark.parametrize("missing", ["score", "uncertainty", "accuracy"])
def test_an_evaluated_network_that_lacks_a_metric_is_refused(
    cache: NetworkCache, tmp_path: Path, missing: str
) -> None:
    def searched(evaluations: int) -> SearchResult:
        return search(
            cache, SETTINGS, tmp_path, Quality(3.0), evaluate=true_quality, evaluations=evaluations,
            per_round=2,
        )  # fmt: skip

    searched(2)
    journal = tmp_path / "labels" / "journal.jsonl"
    settings, batch = journal.read_text().splitlines()
    networks = json.loads(batch)
    del networks[1][2][missing]
    journal.write_text(f"{settings}\n{json.dumps(networks)}\n")
    told = r"journal\.jsonl .*a network has no accuracy or no score.*; give another folder$"
    with pytest.raises(WorkspaceError, match=told):
        searched(4)


def test_failed_evaluations_teach_nothing(cache: NetworkCache, tmp_path: Path) -> None:
    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        return [float("nan"), *true_quality(graphs[1:])]

    scorer = Teachable()
    found = search(
        cache, SETTINGS, tmp_path, scorer, evaluate=evaluate, evaluations=10, per_round=5
    )
    assert [len(lesson) for lesson in scorer.lessons] == [4]
    assert np.isfinite(found.front[0].metrics["accuracy"])


def test_the_estimator_learns(cache: NetworkCache, tmp_path: Path) -> None:
    settings = SearchSettings("evolution", budget=30)
    found = search(
        cache,
        settings,
        tmp_path,
        EstimatorScorer(load()),
        evaluate=true_quality,
        evaluations=10,
        per_round=5,
    )
    assert len(found.candidates) == 10


def test_it_must_be_guided_by_the_score(cache: NetworkCache, tmp_path: Path) -> None:
    settings = SearchSettings(objectives=(Objective.of("macs"),))
    with pytest.raises(SearchError, match="make it an objective"):
        search(cache, settings, tmp_path, Quality(), evaluate=true_quality)


def test_an_evaluation_gives_one_number_a_network(cache: NetworkCache, tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="one number a network"):
        search(
            cache,
            SETTINGS,
            tmp_path,
            Quality(),
            evaluate=lambda graphs: [1.0],
            evaluations=10,
            per_round=5,
        )


def test_an_evaluation_gives_numbers(cache: NetworkCache, tmp_path: Path) -> None:
    with pytest.raises(SearchError, match=r"gave a object; it must give one number a network"):
        search(cache, SearchSettings(), tmp_path, Quality(), evaluate=lambda graphs: object())
