import json
import re
import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.evaluation import transfer as room
from gennape.evaluation.transfer import TransferTest, experiments, runner, transfer
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.protocols import COLUMNS
from gennape.evaluation.transfer.results import MetricSummary, TransferResults
from gennape.utils.optional_imports import MissingExtraError
from gennape.utils.workspace import WorkspaceError
from helpers.tiny_tables import write_nasbench201

RECORDS = "records.jsonl"
CIFAR10 = next(column for column in COLUMNS if column.title == "NB-201 CIFAR-10")


def _again(data: Path, out: Path) -> TransferTest:
    """A quick test, without plots, which take the longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "add_plots", lambda report, **_: None)
        return transfer(data, out, estimator=data / "estimator", quick=True)


def _summary(
    results: TransferResults, protocol: str, method: str, labels: int = 0
) -> MetricSummary | None:
    return results.of(protocol, labels).summary(method, CIFAR10)


def _copy(test: TransferTest, out: Path, measurements: int) -> None:
    """What a test has kept when it was killed after its trainings and some measurements."""
    shutil.copytree(test.report.parent / "estimators", out / "estimators")
    settings, *lines = (test.report.parent / RECORDS).read_text().splitlines()
    trained = [line for line in lines if json.loads(line)["value"] is None]
    measured = [line for line in lines if json.loads(line)["value"] is not None]
    kept = [settings, *trained, *measured[:measurements]]
    (out / RECORDS).write_text("\n".join(kept) + "\n")


def _count_trainings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is trained from now on."""
    trained: list[object] = []
    pretrain = experiments.pretrain

    def counted(*arguments: object, **options: object) -> object:
        trained.append(arguments)
        return pretrain(*arguments, **options)

    monkeypatch.setattr(experiments, "pretrain", counted)
    return trained


def test_what_is_known_is_measured(tiny_test: TransferTest) -> None:
    """The table's CIFAR-10 label is its MACs."""
    results = tiny_test.results
    for protocol in ("nasbench101", "leave-one-out"):
        for labels in (0, 50):
            summary = _summary(results, protocol, "flops", labels)
            assert summary is not None
            assert summary.values == pytest.approx([1] * (5 if labels else 1))
            assert _summary(results, protocol, "estimator", labels) is not None
    few = results.of("nasbench101", 50).measured["flops", CIFAR10]
    assert {row["networks"] for row in few} == {54}


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(tiny_test: TransferTest) -> None:
    reasons = tiny_test.failures
    assert "cannot be read as a Parquet file" in reasons["table accel_nasbench"]
    assert "does not exist" in reasons["table nasbench301"]
    assert len(reasons) == 9
    assert all("\n" not in reason for reason in reasons.values())
    page = tiny_test.report.read_text()
    assert "What failed" in page
    assert "table accel_nasbench" in page


def test_the_report_holds_what_was_measured(tiny_test: TransferTest) -> None:
    folder = tiny_test.report.parent
    summary = _summary(tiny_test.results, "nasbench101", "estimator", 50)
    page, text = tiny_test.report.read_text(), (folder / "report.md").read_text()
    for report in (page, text):
        assert str(summary) in report
        assert "0.815" in report
        assert "gennape evaluate transfer --data DIR --out DIR" in report
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    for image in re.findall(r"\((plots/.+?)\)", text):
        assert " " not in image
        assert (folder / image).read_text().startswith("<?xml")
    about = json.loads((folder / "results.json").read_text())
    readable = ["nasbench101", "nasbench201", "hiaml", "two_path", "inception"]
    assert [table["name"] for table in about["tables"]] == readable
    assert about["quick"] is True
    assert pq.read_table(folder / "results.parquet").to_pylist() == tiny_test.results.rows


def test_short_trainings_are_shown_and_not_counted(tiny_test: TransferTest) -> None:
    """One column of NAS-Bench-101 and three of NAS-Bench-201 are counted."""
    text = (tiny_test.report.parent / "report.md").read_text()
    brief = [column for column in COLUMNS if column.is_brief]
    assert len(brief) == 3
    assert all(f"| {column.title} |" in text for column in brief)
    assert set(re.findall(r"\d of (\d+) \|", text)) == {"4"}
    titles = "|".join(re.escape(column.title) for column in brief)
    assert "| worst | beats size in |" in text
    assert not re.search(rf"\| ({titles}) -?\d\.\d{{3}} \|", text)


def test_a_finished_test_is_only_reported_again(
    tiny_test: TransferTest, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = _count_trainings(monkeypatch)
    monkeypatch.setattr(runner, "measure", pytest.fail)
    monkeypatch.setattr(EvalTable, "encode", pytest.fail)
    again = _again(tiny_data, tiny_test.report.parent)
    assert again.results.rows == tiny_test.results.rows
    assert again.failures == tiny_test.failures
    assert not trained


def test_a_killed_test_goes_on_where_it_was(
    tiny_test: TransferTest, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed twice in the midst of its measurements."""
    _copy(tiny_test, tmp_path, measurements=4)
    trained = _count_trainings(monkeypatch)
    measure, done = runner.measure, []

    def interrupted(*arguments: object) -> object:
        if len(done) == 10:
            raise KeyboardInterrupt
        done.append(arguments)
        return measure(*arguments)

    monkeypatch.setattr(runner, "measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _again(tiny_data, tmp_path)
    assert len((tmp_path / RECORDS).read_text().splitlines()) > 1 + 3 + 4
    monkeypatch.setattr(runner, "measure", measure)
    assert _again(tiny_data, tmp_path).results.rows == tiny_test.results.rows
    assert not trained


def test_what_cannot_be_read_of_a_training_is_trained_again(
    tiny_test: TransferTest, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _copy(tiny_test, tmp_path, measurements=4)
    broken, absent, *_ = sorted(
        path for path in (tmp_path / "estimators").iterdir() if path.name != "given"
    )
    (broken / "weights.safetensors").write_bytes(b"cut")
    shutil.rmtree(absent)
    trained = _count_trainings(monkeypatch)
    again = _again(tiny_data, tmp_path)
    assert again.results.rows == tiny_test.results.rows
    assert again.failures == tiny_test.failures
    assert len(trained) == 2


@pytest.mark.parametrize(("quick", "code"), [(False, "same"), (True, "another")])
def test_another_test_or_other_code_needs_another_folder(
    tiny_test: TransferTest,
    tiny_data: Path,
    monkeypatch: pytest.MonkeyPatch,
    quick: bool,
    code: str,
) -> None:
    if code == "another":
        monkeypatch.setattr(room, "code_digest", lambda: code)
    with pytest.raises(WorkspaceError, match=r"(quick|code) was .* give another folder"):
        transfer(
            tiny_data,
            tiny_test.report.parent,
            estimator=tiny_data / "estimator",
            quick=quick,
        )


def test_a_changed_table_is_ranked_again(
    tiny_test: TransferTest, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What depends on the other table alone is kept."""
    data, out = tmp_path / "data", tmp_path / "out"
    shutil.copytree(tiny_data, data)
    shutil.copytree(tiny_test.report.parent, out)
    write_nasbench201(data, rows=60)
    trained = _count_trainings(monkeypatch)
    results, before = (
        test.of("nasbench101") for test in (_again(data, out).results, tiny_test.results)
    )
    for method in ("estimator", "default"):
        assert results.measured[method, CIFAR10][0]["networks"] == 60
        assert results.measured[method, COLUMNS[0]] == before.measured[method, COLUMNS[0]]
    assert len(trained) == 2, "only those which learned from the changed table"


def test_a_failed_training_is_said_and_the_rest_goes_on(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FloatingPointError("the training loss is not finite")

    monkeypatch.setattr(experiments, "pretrain", fail)
    test = _again(tiny_data, tmp_path)
    failed = [reason for part, reason in test.failures.items() if part.startswith("training")]
    assert len(failed) == 4
    assert "the training loss is not finite" in failed[0]
    assert _summary(test.results, "nasbench101", "estimator") is not None
    assert _summary(test.results, "leave-one-out", "estimator") is None
    assert "was not measured" in test.report.read_text()


def test_networks_that_cannot_be_read_are_in_no_result(
    tiny_test: TransferTest, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _copy(tiny_test, tmp_path, measurements=0)
    encode = EvalTable.encode

    def fail(table: EvalTable, *arguments: object) -> object:
        if table.name == "nasbench201":
            raise OSError("disk full")
        return encode(table, *arguments)

    monkeypatch.setattr(EvalTable, "encode", fail)
    test = _again(tiny_data, tmp_path)
    assert test.failures["networks of nasbench201"] == "disk full"
    found = {row["table"] for row in test.results.rows}
    assert found == {"nasbench101", "hiaml", "two_path", "inception"}


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
    assert test.failures["table nasbench101"] == "no such operation"
    assert "no table that may be learned" in test.failures["training default-seed0"]
    assert _summary(test.results, "nasbench101", "estimator") is not None


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no labelled table can be read.*nasbench101\.parquet"):
        transfer(tmp_path, tmp_path / "out")
    with pytest.raises(BenchmarkError, match="does not exist"):
        transfer(tmp_path / "absent", tmp_path / "out")


def test_plotting_is_asked_for_before_hours_of_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"gennape\[plot\]"):
        transfer(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
