"""Searches that began before fingerprints had a version go on."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gennape import spaces
from gennape.graph import ComputationGraph
from gennape.search import Catalogue, Objective, Settings, run, run_guided
from gennape.search.earlier_journals import earlier_layout_hash
from gennape.search.graph_space import GraphSpace
from gennape.utils.workspace import WorkspaceError
from search_doubles import Quality, true_quality

SETTINGS = Settings("random", (Objective.of("score"),), budget=30)


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
    catalogue = Catalogue(spaces.get("nasbench201"))
    whole = run(catalogue, SETTINGS, tmp_path, Quality())
    expected = list(_contents(tmp_path))
    _age(tmp_path)
    scorer = Quality()
    assert run(Catalogue(spaces.get("nasbench201")), SETTINGS, tmp_path, scorer) == whole
    assert not scorer.scored
    assert list(_contents(tmp_path)) == expected


def test_rounds_of_true_evaluations_go_on(tmp_path: Path) -> None:
    catalogue = Catalogue(spaces.get("nasbench201"))
    expected = run_guided(catalogue, SETTINGS, tmp_path / "whole", Quality(), true_quality, 9, 3)
    run_guided(catalogue, SETTINGS, tmp_path / "parts", Quality(), true_quality, 3, 3)
    _age(tmp_path / "parts")
    scorer = Quality()
    found = run_guided(catalogue, SETTINGS, tmp_path / "parts", scorer, true_quality, 9, 3)
    assert found == expected
    parts, whole = (_contents(tmp_path / name / "labels") for name in ("parts", "whole"))
    assert list(parts) == list(whole)


def test_changes_of_a_network_go_on(
    two_branches: Callable[[tuple[int, int]], ComputationGraph], tmp_path: Path
) -> None:
    settings = Settings("random", (Objective.of("macs"),), budget=10)
    space = GraphSpace(two_branches((3, 5)))

    def search(space: GraphSpace) -> object:
        depends_on = {"network": space.version}
        return run(Catalogue(space), settings, tmp_path, depends_on=depends_on)

    found = search(space)
    _age(tmp_path, network=earlier_layout_hash(space.network))
    other = GraphSpace(two_branches((5, 3)))
    with pytest.raises(WorkspaceError, match="other settings"):
        search(other)
    assert search(space) == found


def test_the_earlier_name_of_a_network_stays(
    two_branches: Callable[[tuple[int, int]], ComputationGraph],
) -> None:
    assert earlier_layout_hash(two_branches((3, 5))) == "4c4a8eef45a9"
