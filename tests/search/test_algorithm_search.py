import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gennape import spaces
from gennape.graph import ComputationGraph
from gennape.search import (
    Constraint,
    NetworkCache,
    Objective,
    SearchError,
    SearchResult,
    SearchSettings,
    search,
)
from gennape.search.algorithms import ALGORITHMS
from gennape.utils.workspace import Workspace, WorkspaceError
from helpers.search_doubles import Quality, quality, true_quality

SCORE = (Objective.of("score"),)
BOTH = (Objective.of("score"), Objective.of("macs"))


@pytest.fixture(scope="module")
def cache() -> NetworkCache:
    return NetworkCache(spaces.get("nasbench201"))


def settings_of(algorithm: str, budget: int = 60, seed: int = 0) -> SearchSettings:
    return SearchSettings(
        algorithm, BOTH if algorithm == "nsga2" else SCORE, budget=budget, seed=seed
    )


def best_score(found: SearchResult) -> float:
    return max(candidate.metrics["score"] for candidate in found.candidates)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_candidates_are_different_networks(
    cache: NetworkCache, algorithm: str, tmp_path: Path
) -> None:
    scorer = Quality()
    found = search(cache, settings_of(algorithm), tmp_path, scorer)
    assert len(found.candidates) == 60
    graphs = [cache.space.graph(one.architecture) for one in found.candidates]
    assert len({graph.fingerprint for graph in graphs}) == 60
    assert sorted(scorer.scored) == sorted(one.text for one in found.candidates)
    for graph, candidate in zip(graphs, found.candidates, strict=True):
        assert candidate.metrics["macs"] == graph.macs
        assert candidate.metrics["parameters"] == graph.parameters
        assert candidate.metrics["score"] == quality(candidate.text)


@pytest.mark.parametrize("algorithm", ["local", "evolution"])
def test_algorithms_beat_random_search(cache: NetworkCache, algorithm: str, tmp_path: Path) -> None:
    ahead = 0
    for seed in range(5):
        results = [
            search(cache, settings_of(name, 150, seed), tmp_path / f"{name}-{seed}", Quality())
            for name in (algorithm, "random")
        ]
        ahead += best_score(results[0]) > best_score(results[1])
    assert ahead >= 4


def test_nsga2_has_a_better_front_than_random_search(cache: NetworkCache, tmp_path: Path) -> None:
    fronts = [
        search(cache, SearchSettings(name, BOTH, budget=200), tmp_path / name, Quality()).front
        for name in ("nsga2", "random")
    ]

    def beaten(one: Sequence, other: Sequence) -> int:
        return sum(
            any(
                a.metrics["score"] >= b.metrics["score"]
                and a.metrics["macs"] <= b.metrics["macs"]
                and a.metrics != b.metrics
                for a in other
            )
            for b in one
        )

    assert beaten(fronts[1], fronts[0]) > beaten(fronts[0], fronts[1])


def test_the_seed_decides(cache: NetworkCache, tmp_path: Path) -> None:
    first, again, other = (
        search(cache, settings_of("evolution", seed=seed), tmp_path / name, Quality())
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == again
    assert first != other


def test_constraints_spare_the_scorer(cache: NetworkCache, tmp_path: Path) -> None:
    settings = SearchSettings("random", SCORE, (Constraint.of("macs<=40M"),), budget=40)
    scorer = Quality()
    found = search(cache, settings, tmp_path, scorer)
    assert len(scorer.scored) == 40
    assert all(candidate.metrics["macs"] <= 40e6 for candidate in found.candidates)


def test_a_bound_on_the_score_spares_true_evaluations(cache: NetworkCache, tmp_path: Path) -> None:
    evaluated: list[str] = []

    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        evaluated.extend(graph.name for graph in graphs)
        return true_quality(graphs)

    settings = SearchSettings(
        "random", (Objective.of("accuracy"),), (Constraint.of("score>=6"),), 10
    )
    found = search(cache, settings, tmp_path, Quality(), evaluate=evaluate)
    assert len(evaluated) == len(found.candidates) == 10
    assert all(candidate.metrics["accuracy"] >= 6 for candidate in found.candidates)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_accuracies_are_asked_for_one_at_a_time(
    cache: NetworkCache, algorithm: str, tmp_path: Path
) -> None:
    asked: list[int] = []

    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        asked.append(len(graphs))
        return true_quality(graphs)

    objectives = (Objective.of("accuracy"), Objective.of("macs"))
    settings = SearchSettings(algorithm, objectives[: 2 if algorithm == "nsga2" else 1], budget=25)
    search(cache, settings, tmp_path, evaluate=evaluate)
    assert asked == [1] * 25
    assert len((tmp_path / "journal.jsonl").read_text().splitlines()) > 25


def test_failed_evaluations_are_worse_than_anything(cache: NetworkCache, tmp_path: Path) -> None:
    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        return [float("nan") if "none" in graph.name else 1.0 for graph in graphs]

    settings = SearchSettings("random", (Objective.of("accuracy"),), budget=20)
    found = search(cache, settings, tmp_path, evaluate=evaluate)
    assert found.front
    assert all(candidate.metrics["accuracy"] == 1.0 for candidate in found.front)
    assert str(search(cache, settings, tmp_path, evaluate=evaluate)) == str(found)


def test_proxies_of_the_graph_are_objectives(cache: NetworkCache, tmp_path: Path) -> None:
    objectives = (Objective.of("receptive_field"), Objective.of("depth"))
    found = search(cache, SearchSettings("nsga2", objectives, budget=20), tmp_path)
    shallow = min(found.candidates, key=lambda candidate: candidate.metrics["depth"])
    assert shallow.metrics["depth"] == found.front[-1].metrics["depth"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gennape.search.algorithm_search._PATIENCE", 300)


@pytest.mark.usefixtures("impatient")
def test_a_family_can_be_exhausted(cache: NetworkCache, tmp_path: Path) -> None:
    settings = SearchSettings(
        "random", (Objective.of("macs"),), (Constraint.of("macs<=8M"),), 1_000
    )
    found = search(cache, settings, tmp_path)
    assert found.exhausted
    assert len({candidate.key for candidate in found.candidates}) == len(found.candidates)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (lambda: SearchSettings("climb"), "no algorithm is called 'climb'"),
        (lambda: SearchSettings("evolution", BOTH), "evolution has one objective"),
        (lambda: SearchSettings(budget=0), "budget of at least 1"),
        (lambda: SearchSettings(objectives=()), "needs an objective"),
    ],
)
def test_bad_settings(settings, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SearchError, match=message):
        settings()


@pytest.mark.usefixtures("impatient")
def test_searches_that_cannot_be_run(cache: NetworkCache, tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="needs an estimator"):
        search(cache, SearchSettings(), tmp_path)
    with pytest.raises(SearchError, match="needs a true evaluation"):
        search(cache, SearchSettings(objectives=(Objective.of("accuracy"),)), tmp_path)
    with pytest.raises(SearchError, match="no nasbench201 network keeps macs<=1"):
        search(
            cache,
            SearchSettings("random", constraints=(Constraint.of("macs<=1"),)),
            tmp_path / "none",
            Quality(),
        )


def test_a_folder_holds_one_search(cache: NetworkCache, tmp_path: Path) -> None:
    search(cache, settings_of("random"), tmp_path, Quality())
    with pytest.raises(WorkspaceError, match="seed was 0, is 1"):
        search(cache, settings_of("random", seed=1), tmp_path, Quality())
    more = search(cache, settings_of("random", budget=70), tmp_path, Quality())
    assert len(more.candidates) == 70


def test_two_processes_do_not_search_in_one_folder(cache: NetworkCache, tmp_path: Path) -> None:
    search(cache, settings_of("random"), tmp_path, Quality())
    settings = json.loads((tmp_path / "journal.jsonl").read_text().splitlines()[0])
    with (
        Workspace(tmp_path, settings, "journal.jsonl"),
        pytest.raises(WorkspaceError, match="another process works in"),
    ):
        search(cache, settings_of("random"), tmp_path, Quality())


def test_progress_says_how_good_the_best_is(cache: NetworkCache, tmp_path: Path) -> None:
    told: list[tuple[str, int, int, str]] = []
    settings = settings_of("random")
    found = search(cache, settings, tmp_path, Quality(), report=lambda *news: told.append(news))
    best = max(candidate.metrics["score"] for candidate in found.candidates)
    assert told[-1] == ("searching", 60, 60, f"best score {best:.4g}")
