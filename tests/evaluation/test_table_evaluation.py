from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError
from gennape.evaluation import EvalResult, evaluate
from gennape.evaluation.metrics import spearman
from helpers.tiny_tables import (
    short_split,
    tiny_estimator,
    tiny_estimator_of_two_families,
    write_nasbench101,
    write_nasbench201,
)

METHODS = ["FLOPs", "parameters", "estimator"]


def _by_method(results: list[EvalResult], label: str) -> dict[str, EvalResult]:
    return {result.method: result for result in results if result.label == label}


def test_all_labels_of_a_family(tmp_path: Path) -> None:
    """The table's CIFAR-10 label grows with the MACs, its CIFAR-100 label falls."""
    write_nasbench201(tmp_path)
    results = evaluate(tiny_estimator(), tmp_path, ["nasbench201"])
    assert len(results) == 3 * len(METHODS)
    assert {result.networks for result in results} == {40}
    assert all(np.isfinite(list(result.row().values())[3:]).all() for result in results)
    rising = _by_method(results, "cifar10_test_accuracy_200")
    falling = _by_method(results, "cifar100_test_accuracy_200")
    assert list(rising) == list(falling) == METHODS
    assert rising["FLOPs"].spearman == pytest.approx(1)
    assert rising["FLOPs"].regret == 0
    assert rising["FLOPs"].ndcg_10 == pytest.approx(1)
    assert falling["FLOPs"].spearman == pytest.approx(-1)
    assert falling["estimator"].spearman == pytest.approx(-rising["estimator"].spearman)


def test_only_test_rows_of_nasbench101_are_ranked(tmp_path: Path) -> None:
    write_nasbench101(tmp_path)
    with short_split():
        results = evaluate(tiny_estimator(), tmp_path, ["nasbench101"])
    assert {result.networks for result in results} == {8}
    assert {result.label for result in results} == {
        f"valid_accuracy_{epochs}" for epochs in (4, 12, 36, 108)
    }


def test_a_result_on_learned_labels_says_so(tmp_path: Path) -> None:
    """All of NAS-Bench-201 was learned from, and nothing of NAS-Bench-101's test rows."""
    write_nasbench101(tmp_path)
    write_nasbench201(tmp_path)
    with short_split():
        results = evaluate(tiny_estimator_of_two_families(), tmp_path)
    methods = {result.label: result.method for result in results}
    assert methods["valid_accuracy_108"] == "estimator"
    assert methods["cifar10_test_accuracy_200"] == "estimator, trained on these"
    assert methods["cifar100_test_accuracy_200"] == "estimator, trained on another label of these"


def test_few_labels_are_learned_and_not_ranked(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=25)
    reports = []
    results = evaluate(
        tiny_estimator(),
        tmp_path,
        ["nasbench201"],
        labels=10,
        report=lambda *values: reports.append(values),
    )
    few = _by_method(results, "cifar10_test_accuracy_200")["estimator, 10 labels"]
    assert few.networks == 15
    assert few.deviation > 0
    assert few.spearman > 0.3
    assert reports == [("reading nasbench201", 25, 25)]


def test_what_was_learned_before_ranks_and_is_forgotten(tmp_path: Path) -> None:
    """Fine-tuned on labels that fall with the MACs; the estimator itself ranks otherwise."""
    write_nasbench201(tmp_path, rows=30)
    table = benchmarks.load("nasbench201", tmp_path)
    label = "cifar100_test_accuracy_200"
    learned = table.labels[label]
    tuned = tiny_estimator().fine_tune(table.graphs(), learned)
    before, after = (
        _by_method(evaluate(estimator, tmp_path, ["nasbench201"], labels=10), label)
        for estimator in (tiny_estimator(), tuned)
    )
    expected = spearman(learned, tuned.predict(table.graphs()).score)
    assert after["estimator"].spearman == pytest.approx(expected)
    assert abs(after["estimator"].spearman - before["estimator"].spearman) > 0.5
    assert after["estimator, 10 labels"] == before["estimator, 10 labels"]


@pytest.mark.parametrize("measured", [0, 1, 2])
def test_labels_that_rank_nothing_are_said(tmp_path: Path, measured: int) -> None:
    path = write_nasbench201(tmp_path, rows=5)
    table = pq.read_table(path)
    column = "imagenet16_120_test_accuracy_200"
    few = pa.array([40.0 + row if row < measured else None for row in range(5)], pa.float64())
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, few), path)
    if measured == 2:
        results = evaluate(tiny_estimator(), tmp_path, ["nasbench201"])
        assert {result.networks for result in results if result.label == column} == {2}
        return
    with pytest.raises(BenchmarkError, match=f"{measured} networks of nasbench201 .*'{column}'"):
        evaluate(tiny_estimator(), tmp_path, ["nasbench201"])


def test_too_few_networks_for_the_labels(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=25)
    for labels, few in ((23, True), (24, False)):
        results = evaluate(tiny_estimator(), tmp_path, ["nasbench201"], labels)
        assert any(result.method == f"estimator, {labels} labels" for result in results) == few


def test_an_unreadable_table(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="does not exist"):
        evaluate(tiny_estimator(), tmp_path, benchmarks.names())
