import json
import re
import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.evaluation.transfer import Transfer, runs, transfer, transfer_test, workbench
from gennape.evaluation.transfer.pools import Pool
from gennape.evaluation.transfer.protocols import COLUMNS
from gennape.utils.optional_imports import MissingExtraError
from tiny_tables import write_nasbench201

CIFAR10 = next(column for column in COLUMNS if column.title == "NB-201 CIFAR-10")


def _numbers(test: Transfer) -> list[dict[str, object]]:
    return [record.plain() for record in test.results.records]


def _again(data: Path, out: Path) -> Transfer:
    """A quick test, without plots, which take the longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gennape.evaluation.transfer.transfer_test.figures", lambda *_: [])
        return transfer(data, out, data / "estimator", quick=True)


def _count_trainings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is trained from now on."""
    trained: list[object] = []
    pretrain = runs.pretrain

    def counted(*arguments: object) -> object:
        trained.append(arguments)
        return pretrain(*arguments)

    monkeypatch.setattr(runs, "pretrain", counted)
    return trained


def test_what_is_known_is_measured(tiny_test: Transfer) -> None:
    """The table's CIFAR-10 label is its MACs."""
    results = tiny_test.results
    for protocol in ("nasbench101", "leave-one-out"):
        for labels in (0, 50):
            value = results.value(protocol, "flops", CIFAR10, labels, "spearman")
            assert value is not None
            assert value.mean == pytest.approx(1)
            assert value.count == (5 if labels else 1)
            assert results.value(protocol, "estimator", CIFAR10, labels, "spearman") is not None
    networks = {
        record.measurement.networks
        for record in results.records
        if record.column == CIFAR10 and record.measurement.labels == 50
    }
    assert networks == {54}


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(tiny_test: Transfer) -> None:
    reasons = {failure.part: failure.reason for failure in tiny_test.failures}
    assert "no readable Parquet file" in reasons["table accel_nasbench"]
    assert "does not exist" in reasons["table nasbench301"]
    assert len(reasons) == 9
    assert all("\n" not in reason for reason in reasons.values())
    page = tiny_test.report.read_text()
    assert "What failed" in page
    assert "table accel_nasbench" in page


def test_the_report_holds_what_was_measured(tiny_test: Transfer) -> None:
    value = tiny_test.results.value("nasbench101", "estimator", CIFAR10, 50, "spearman")
    assert value is not None
    page, text = tiny_test.report.read_text(), (tiny_test.report.parent / "report.md").read_text()
    for report in (page, text):
        assert f"{value.mean:.3f} ± {value.deviation:.3f}" in report
        assert "0.815" in report
        assert "gennape evaluate transfer --data DIR --out DIR" in report
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    for image in re.findall(r"\((plots/.+?)\)", text):
        assert " " not in image
        assert (tiny_test.report.parent / image).read_text().startswith("<?xml")
    facts = json.loads((tiny_test.report.parent / "results.json").read_text())
    assert [table["name"] for table in facts["tables"]] == [
        "nasbench101",
        "nasbench201",
        *("hiaml", "two_path", "inception"),
    ]
    assert facts["quick"] is True
    rows = pq.read_table(tiny_test.report.parent / "results.parquet").num_rows
    assert rows == len(tiny_test.results.records)


def test_short_trainings_are_shown_and_not_counted(tiny_test: Transfer) -> None:
    """One column of NAS-Bench-101 and three of NAS-Bench-201 are counted."""
    text = (tiny_test.report.parent / "report.md").read_text()
    brief = [column for column in COLUMNS if column.is_brief]
    assert len(brief) == 3
    assert all(f"| {column.title} |" in text for column in brief)
    assert set(re.findall(r"\d of (\d+) \|", text)) == {"4"}
    assert "worst column is" in text
    assert not any(f"worst column is {column.title}" in text for column in brief)


def test_a_finished_test_is_only_reported_again(
    tiny_test: Transfer, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = _count_trainings(monkeypatch)
    monkeypatch.setattr("gennape.evaluation.transfer.cells._measure", None)
    monkeypatch.setattr("gennape.evaluation.transfer.pools.canonical", None)
    again = _again(tiny_data, tiny_test.report.parent)
    assert _numbers(again) == _numbers(tiny_test)
    assert again.failures == tiny_test.failures
    assert not trained


def test_a_killed_test_goes_on_where_it_was(
    tiny_test: Transfer, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the midst of its measurements, after the first trainings."""
    shutil.copytree(tiny_test.report.parent / "estimators", tmp_path / "estimators")
    trained = _count_trainings(monkeypatch)
    cell, done = workbench.cell, []

    def interrupted(*arguments: object) -> object:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(arguments)
        return cell(*arguments)

    monkeypatch.setattr(workbench, "cell", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _again(tiny_data, tmp_path)
    assert len(list((tmp_path / "cells").iterdir())) == 3
    monkeypatch.setattr(workbench, "cell", cell)
    assert _numbers(_again(tiny_data, tmp_path)) == _numbers(tiny_test)
    assert not trained


def test_a_changed_table_is_read_and_ranked_again(
    tiny_test: Transfer, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What depends on the other table alone is kept."""
    data, out = tmp_path / "data", tmp_path / "out"
    shutil.copytree(tiny_data, data)
    shutil.copytree(tiny_test.report.parent, out)
    write_nasbench201(data, rows=60)
    trained = _count_trainings(monkeypatch)
    results = _again(data, out).results
    before = tiny_test.results
    for method in ("estimator", "default"):
        networks = {
            record.measurement.networks
            for record in results.records
            if record.column == CIFAR10 and record.measurement.labels == 0
        }
        assert networks == {60}
        kept = ("nasbench101", method, COLUMNS[0], 0, "spearman")
        assert results.value(*kept) == before.value(*kept)
    assert len(trained) == 2, "only those which learned from the changed table"


def test_a_failed_training_is_said_and_the_rest_goes_on(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise FloatingPointError("the training loss is not finite")

    monkeypatch.setattr(runs, "pretrain", fail)
    test = _again(tiny_data, tmp_path)
    failed = [failure for failure in test.failures if failure.part.startswith("training")]
    assert len(failed) == 4
    assert "the training loss is not finite" in failed[0].reason
    assert test.results.value("nasbench101", "estimator", CIFAR10, 0, "spearman") is not None
    assert test.results.value("leave-one-out", "estimator", CIFAR10, 0, "spearman") is None
    assert "was not measured" in test.report.read_text()


def test_networks_that_cannot_be_read_are_on_no_plot(
    tiny_test: Transfer, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_test.report.parent / "estimators", tmp_path / "estimators")
    read, drawn = Pool.read, []

    def fail(pool: Pool, *arguments: object) -> None:
        if pool.table.name == "nasbench201":
            raise OSError("disk full")
        read(pool, *arguments)

    monkeypatch.setattr(Pool, "read", fail)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer_test, "figures", lambda _, views: drawn.append(set(views)) or [])
        test = transfer(tiny_data, tmp_path, tiny_data / "estimator", quick=True)
    assert drawn == [{"nasbench101", "hiaml", "two_path", "inception"}] * 2
    assert "networks of nasbench201: disk full" in map(str, test.failures)
    assert {record.column.table for record in test.results.records} == drawn[-1]


def test_tables_whose_networks_cannot_be_built_are_left_out(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left to learn from either."""
    graphs = Benchmark.graphs

    def fail(table: Benchmark, *arguments: object) -> object:
        if table.name == "nasbench101":
            raise ValueError("no such operation")
        return graphs(table, *arguments)

    monkeypatch.setattr(Benchmark, "graphs", fail)
    test = _again(tiny_data, tmp_path)
    failed = {failure.part: failure.reason for failure in test.failures}
    assert failed["table nasbench101"] == "no such operation"
    assert "training default" in failed
    assert test.results.value("nasbench101", "estimator", CIFAR10, 0, "spearman") is not None


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no labelled table can be read.*nasbench101\.parquet"):
        transfer(tmp_path, tmp_path / "out")
    with pytest.raises(BenchmarkError, match="does not exist"):
        transfer(tmp_path / "absent", tmp_path / "out")


@pytest.mark.parametrize("library", ["matplotlib", "sklearn"])
def test_plotting_is_asked_for_before_hours_of_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"gennape\[plot\]"):
        transfer(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
