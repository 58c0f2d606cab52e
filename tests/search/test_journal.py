"""Journals, also those that began before fingerprints had a version."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gennape import spaces
from gennape.graph import ComputationGraph
from gennape.search import NetworkCache, Objective, SearchSettings, search
from gennape.search.graph_space import GraphSpace
from gennape.search.journal import MeasuredNetwork, earlier_layout_hash, measured_networks
from gennape.utils.workspace import WorkspaceError
from helpers.search_doubles import Quality, true_quality

SETTINGS = SearchSettings("random", (Objective.of("score"),), budget=30)


def _age(folder: Path, **settings: str) -> None:
    """Make journals what they were before: with short keys and without the hash's version."""
    for path in folder.rglob("journal.jsonl"):
        header, *batches = map(json.loads, path.read_text().splitlines())
        del header["hash_version"]
        older = [[[text, key[:16], metrics] for text, key, metrics in one] for one in batches]
        lines = [{**header, **settings}, *older]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _contents(folder: Path) -> Iterator[str]:
    return (path.read_text() for path in sorted(folder.rglob("journal.jsonl")))


def test_a_search_goes_on(tmp_path: Path) -> None:
    cache = NetworkCache(spaces.get("nasbench201"))
    whole = search(cache, SETTINGS, tmp_path, Quality())
    expected = list(_contents(tmp_path))
    _age(tmp_path)
    scorer = Quality()
    assert search(NetworkCache(spaces.get("nasbench201")), SETTINGS, tmp_path, scorer) == whole
    assert not scorer.scored
    assert list(_contents(tmp_path)) == expected


def test_rounds_of_true_evaluations_go_on(tmp_path: Path) -> None:
    cache = NetworkCache(spaces.get("nasbench201"))
    expected = search(
        cache,
        SETTINGS,
        tmp_path / "whole",
        Quality(),
        evaluate=true_quality,
        evaluations=9,
        per_round=3,
    )
    search(
        cache,
        SETTINGS,
        tmp_path / "parts",
        Quality(),
        evaluate=true_quality,
        evaluations=3,
        per_round=3,
    )
    _age(tmp_path / "parts")
    scorer = Quality()
    found = search(
        cache,
        SETTINGS,
        tmp_path / "parts",
        scorer,
        evaluate=true_quality,
        evaluations=9,
        per_round=3,
    )
    assert found == expected
    parts, whole = (_contents(tmp_path / name / "labels") for name in ("parts", "whole"))
    assert list(parts) == list(whole)


def test_changes_of_a_network_go_on(
    two_branches: Callable[[tuple[int, int]], ComputationGraph], tmp_path: Path
) -> None:
    settings = SearchSettings("random", (Objective.of("macs"),), budget=10)
    space = GraphSpace(two_branches((3, 5)))

    def searched(space: GraphSpace) -> object:
        depends_on = {"network": space.version}
        return search(NetworkCache(space), settings, tmp_path, depends_on=depends_on)

    found = searched(space)
    _age(tmp_path, network=earlier_layout_hash(space.network))
    other = GraphSpace(two_branches((5, 3)))
    with pytest.raises(WorkspaceError, match="other settings"):
        searched(other)
    assert searched(space) == found


def test_the_earlier_name_of_a_network_stays(
    two_branches: Callable[[tuple[int, int]], ComputationGraph],
) -> None:
    assert earlier_layout_hash(two_branches((3, 5))) == "4c4a8eef45a9"


def test_a_journal_has_batches_of_networks() -> None:
    """Those that were read are lists, those that were just written are not."""
    costs = {"macs": 1.0, "parameters": 0.0}
    one, other = ["a", "key", costs], MeasuredNetwork("b", "other", costs)
    first = MeasuredNetwork(*one)
    assert measured_networks([[one], [], [other, one]]) == [first, other, first]


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        ({"macs": 1.0}, "no costs"),
        ({"macs": float("nan"), "parameters": 1.0}, "no costs"),
        ({"macs": 1.0, "parameters": -1.0}, "no costs"),
        ({"macs": 1.0, "parameters": 1.0, "score": float("inf")}, "not finite"),
        ({"macs": 1.0, "parameters": "many"}, "no number"),
    ],
)
def test_a_journal_without_costs_and_finite_scores(metrics: dict[str, Any], reason: str) -> None:
    with pytest.raises((TypeError, ValueError), match=reason):
        measured_networks([[["a", "key", metrics]]])
