import doctest
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gennape import benchmarks, spaces
from gennape.estimator import Estimator, load
from gennape.graph import ComputationGraph
from gennape.search import (
    Constraint,
    NetworkCache,
    Objective,
    SearchError,
    SearchSettings,
    driver,
    search,
    write_search_report,
)
from gennape.utils.workspace import WorkspaceError

Branches = Callable[[tuple[int, int]], ComputationGraph]
SMALL = SearchSettings("evolution", budget=12)


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    return load("nasbench101")


def test_changes_of_a_network_go_on_only_with_its_nodes_in_that_order(
    two_branches: Branches, estimator: Estimator, tmp_path: Path
) -> None:
    first = search(two_branches((3, 5)), SMALL, tmp_path, estimator)
    assert search(two_branches((3, 5)), SMALL, tmp_path, estimator) == first
    assert write_search_report(first, tmp_path).read_text().startswith("<!")
    with pytest.raises(WorkspaceError, match=r"other settings \(network"):
        search(two_branches((5, 3)), SMALL, tmp_path, estimator)


def test_the_labels_of_the_package_guide_a_search(
    estimator: Estimator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENNAPE_DATA", raising=False)
    found = search(
        "hiaml", SMALL, tmp_path, estimator, evaluate="hiaml", evaluations=6, per_round=3
    )
    table = benchmarks.load("hiaml")
    labels = dict(
        zip(map(table.space.format, table.architectures), table.accuracies.tolist(), strict=True)
    )
    assert [one.metrics["accuracy"] for one in found.candidates] == [
        labels[one.text] for one in found.candidates
    ]
    assert [one.metrics["round"] for one in found.candidates] == [1] * 3 + [2] * 3
    write_search_report(found, tmp_path)
    history = pq.read_table(tmp_path / "history.parquet")
    assert history.num_rows == 6
    assert history.schema.metadata[b"hash_version"] == b"2"


@pytest.mark.parametrize(
    "settings",
    [
        SearchSettings("random", (Objective.of("accuracy"),), budget=4),
        SearchSettings("random", constraints=(Constraint.of("accuracy>=1"),), budget=4),
    ],
)
def test_where_the_accuracy_counts_every_candidate_is_evaluated(
    settings: SearchSettings, estimator: Estimator, tmp_path: Path
) -> None:
    evaluate = "helpers.search_doubles:true_quality"
    found = search("nasbench201", settings, tmp_path, estimator, evaluate=evaluate)
    assert len(found.candidates) == 4
    assert all(one.metrics["accuracy"] >= 1 for one in found.candidates)


def test_the_example_runs() -> None:
    assert doctest.testmod(driver).failed == 0


def test_journals_name_the_estimator_and_the_evaluation(
    estimator: Estimator, tmp_path: Path
) -> None:
    settings = SearchSettings("random", budget=4)
    by_name = search("nasbench201", settings, tmp_path / "name", estimator)
    evaluate = "helpers.search_doubles:true_quality"
    search(
        "nasbench201", settings, tmp_path / "rounds", estimator, evaluate=evaluate, evaluations=2
    )
    first, rounds = (
        json.loads((tmp_path / where / "journal.jsonl").read_text().splitlines()[0])
        for where in ("name", "rounds/labels")
    )
    assert first["estimator"] == rounds["estimator"] == by_name.settings["estimator"]
    assert (first["evaluated by"], rounds["evaluated by"]) == (None, evaluate)


def test_a_family_and_its_cache_are_searched_alike(tmp_path: Path) -> None:
    settings = SearchSettings("random", (Objective.of("macs"),), budget=12)
    family = spaces.get("nasbench201")
    results = [
        search(space, settings, tmp_path / f"{number}")
        for number, space in enumerate(("nasbench201", family, NetworkCache(family)))
    ]
    assert results[0] == results[1] == results[2]


def test_rounds_need_a_scorer(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="need an estimator"):
        search("hiaml", SearchSettings(), tmp_path, evaluate="helpers.search_doubles:true_quality")
    with pytest.raises(SearchError, match=r"hiaml holds a part of hiaml, .* by an estimator"):
        search("hiaml", SearchSettings(), tmp_path, evaluate="hiaml")
