from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gennape import benchmarks
from gennape.estimator import Estimator, load
from gennape.graph import ComputationGraph
from gennape.search import Constraint, Objective, Settings, find
from gennape.utils.workspace import WorkspaceError

Branches = Callable[[tuple[int, int]], ComputationGraph]
SMALL = Settings("evolution", budget=12)


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    return load("nasbench101")


def test_changes_of_a_network_go_on_only_with_its_nodes_in_that_order(
    two_branches: Branches, estimator: Estimator, tmp_path: Path
) -> None:
    first = find(two_branches((3, 5)), SMALL, tmp_path, estimator, processes=1)
    assert find(two_branches((3, 5)), SMALL, tmp_path, estimator, processes=1) == first
    assert first.page.read_text().startswith("<!")
    with pytest.raises(WorkspaceError, match=r"other settings \(network"):
        find(two_branches((5, 3)), SMALL, tmp_path, estimator, processes=1)


def test_the_labels_of_the_package_guide_a_search(
    estimator: Estimator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENNAPE_DATA", raising=False)
    found, _ = find("hiaml", SMALL, tmp_path, estimator, "hiaml", 6, 3, processes=1)
    table = benchmarks.load("hiaml")
    labels = dict(
        zip(map(table.space.format, table.architectures), table.accuracies.tolist(), strict=True)
    )
    assert [one.metrics["accuracy"] for one in found.candidates] == [
        labels[one.text] for one in found.candidates
    ]
    assert [one.metrics["round"] for one in found.candidates] == [1] * 3 + [2] * 3
    history = pq.read_table(tmp_path / "history.parquet")
    assert history.num_rows == 6
    assert history.schema.metadata[b"hash_version"] == b"2"


@pytest.mark.parametrize(
    "settings",
    [
        Settings("random", (Objective.of("accuracy"),), budget=4),
        Settings("random", constraints=(Constraint.of("accuracy>=1"),), budget=4),
    ],
)
def test_where_the_accuracy_counts_every_candidate_is_evaluated(
    settings: Settings, estimator: Estimator, tmp_path: Path
) -> None:
    evaluate = "search_doubles:true_quality"
    found, _ = find("nasbench201", settings, tmp_path, estimator, evaluate, processes=1)
    assert len(found.candidates) == 4
    assert all(one.metrics["accuracy"] >= 1 for one in found.candidates)
