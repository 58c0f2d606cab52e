from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError
from gennape.evaluation import Result, evaluate
from tiny_tables import (
    short_split,
    tiny_estimator,
    tiny_estimator_of_two_families,
    write_nasbench101,
    write_nasbench201,
)

METHODS = ["FLOPs", "parameters", "estimator"]


def _by_method(results: list[Result], label: str) -> dict[str, Result]:
    return {result.method: result for result in results if result.label == label}


def test_all_labels_of_a_family(tmp_path: Path) -> None:
    """The table's CIFAR-10 label grows with the MACs, its CIFAR-100 label falls."""
    write_nasbench201(tmp_path)
    results = evaluate(tiny_estimator(), tmp_path, ["nasbench201"])
    assert len(results) == 3 * len(METHODS)
    assert {result.networks for result in results} == {40}
    assert all(np.isfinite(astuple(result)[3:]).all() for result in results)
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
    methods = {result.family: result.method for result in results}
    assert methods == {"nasbench101": "estimator", "nasbench201": "estimator, trained on these"}


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


def test_too_few_networks_for_the_labels(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=25)
    for labels, few in ((23, True), (24, False)):
        results = evaluate(tiny_estimator(), tmp_path, ["nasbench201"], labels)
        assert any(result.method == f"estimator, {labels} labels" for result in results) == few


def test_an_unreadable_table(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="does not exist"):
        evaluate(tiny_estimator(), tmp_path, benchmarks.names())
