import csv
import doctest
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import gennape
from gennape import spaces
from gennape.estimator import Prediction
from gennape.estimator.array_scoring import predict_arrays
from gennape.evaluation import rank, ranking
from gennape.spaces import ArchitectureError, NASBench201
from helpers.tiny_tables import tiny_estimator

CELLS = 11


class _SmallFamily(NASBench201):
    """Some cells of NAS-Bench-201, none of them twice."""

    def enumerate(self) -> Iterator[object]:
        cells = list(super().enumerate())
        return iter(cells[:: len(cells) // CELLS][:CELLS])


@pytest.fixture(autouse=True)
def small_family(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "_CHUNK", 4)
    monkeypatch.setitem(spaces._FAMILIES, "nasbench201", _SmallFamily)


def test_the_best_comes_first() -> None:
    ranked = rank("nasbench201", tiny_estimator(), top=3, workers=1)
    assert len(set(ranked.architectures)) == CELLS
    scores = tiny_estimator().predict(map(gennape.graph_of, ranked.architectures)).score
    assert (np.diff(ranked.prediction.score) <= 0).all()
    np.testing.assert_allclose(ranked.prediction.score, scores, atol=1e-4)
    assert [best.model for best in ranked.top] == ranked.architectures[:3]
    best = gennape.graph_of(ranked.architectures[0])
    assert (ranked.top[0].macs, ranked.top[0].parameters) == (best.macs, best.parameters)


def test_worker_processes_change_nothing() -> None:
    alone, together = (
        dict(zip(ranked.architectures, ranked.prediction.score.tolist(), strict=True))
        for ranked in (rank("nasbench201", tiny_estimator(), workers=count) for count in (1, 2))
    )
    assert together == alone


def test_one_thread_scores_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in worker processes, so that the last digits are the same."""
    threads = []

    def watched(*arguments: object) -> Prediction:
        threads.append(_threads())
        return predict_arrays(*arguments)

    monkeypatch.setattr(ranking, "predict_arrays", watched)
    with threadpool_limits(2, user_api="blas"):
        rank("nasbench201", tiny_estimator(), workers=1)
        assert threads[:3] == [{1}, {1}, {1}]
        assert _threads() == {2}


def _threads() -> set[int]:
    """The numbers of threads that libraries of linear algebra use."""
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_reports_count_the_architectures() -> None:
    reports = []
    rank("nasbench201", tiny_estimator(), report=lambda *step: reports.append(step), workers=1)
    assert reports == [("scoring", done, CELLS) for done in (4, 8, CELLS)]


def test_all_scores_as_csv(tmp_path: Path) -> None:
    ranked = rank("nasbench201", tiny_estimator(), workers=1)
    ranked.save(tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["architecture"] for row in rows] == ranked.architectures
    for name in ("score", "percentile", "uncertainty"):
        expected = getattr(ranked.prediction, name)
        np.testing.assert_allclose([float(row[name]) for row in rows], expected, rtol=1e-5)


def test_an_unknown_family() -> None:
    with pytest.raises(ArchitectureError, match="did you mean nasbench201"):
        rank("nasbench202", tiny_estimator())


@pytest.mark.slow
def test_the_example_runs() -> None:
    assert doctest.testmod(ranking).failed == 0
