from pathlib import Path

import numpy as np
import pytest

from gennape.benchmarks import BenchmarkError
from gennape.estimator import load
from gennape.evaluation import metrics
from gennape.evaluation.few_shot import split_labelled
from gennape.evaluation.transfer import runner
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.runner import ExperimentRunner, FailureLog
from gennape.utils.errors import WriteError
from gennape.utils.progress import no_progress
from gennape.utils.workspace import Workspace

LABEL = "cifar100_test_accuracy_200"


def _rows(
    tiny_data: Path, folder: Path, estimator: Path, failures: FailureLog | None = None
) -> list[dict[str, object]]:
    """What the full estimator and the sizes reach without any training."""
    table = EvalTable.read("nasbench201", tiny_data, 60)
    with Workspace(folder, {}) as workspace:
        run = ExperimentRunner(
            workspace=workspace,
            tables={table.name: table},
            estimator=load(estimator),
            data_dir=tiny_data,
            failures=FailureLog() if failures is None else failures,
            report=no_progress,
        )
        run.run("nasbench101", [], quick=True)
    return run.rows


def _of(rows: list[dict[str, object]], method: str, labels: int) -> list[dict[str, object]]:
    return [
        row
        for row in rows
        if (row["method"], row["label"], row["labels"]) == (method, LABEL, labels)
    ]


def test_errors_are_noted_in_one_line() -> None:
    failures = FailureLog()
    with failures.noted("first"):
        raise BenchmarkError("one\n  sentence")
    with failures.noted("second"):
        raise KeyError("name")
    with failures.noted("third"):
        pass
    assert failures == {"first": "one sentence", "second": "KeyError: 'name'"}


def test_a_full_disk_is_no_failure_of_a_part() -> None:
    failures = FailureLog()
    with pytest.raises(WriteError), failures.noted("first"):
        raise WriteError("a cannot be written")
    assert not failures


def test_numbers_of_labels_up_to_half_of_the_networks(tiny_data: Path, tmp_path: Path) -> None:
    rows = _rows(tiny_data, tmp_path, tiny_data / "estimator")
    for method in ("flops", "parameters", "depth", "estimator"):
        (zero_shot,) = _of(rows, method, 0)
        assert (zero_shot["draw"], zero_shot["networks"], zero_shot["seed"]) == (0, 60, 0)
        for labels in (8, 16):
            few = _of(rows, method, labels)
            assert [row["draw"] for row in few] == [0, 1, 2, 3, 4]
            assert {row["networks"] for row in few} == {60 - labels}
        assert not _of(rows, method, 32)
    assert _of(rows, "flops", 0)[0]["spearman"] == pytest.approx(-1)


def test_a_ranking_is_measured_once(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _rows(tiny_data, tmp_path, tiny_data / "estimator")
    monkeypatch.setattr(runner, "measure", pytest.fail)
    monkeypatch.setattr(EvalTable, "encode", pytest.fail)
    assert _rows(tiny_data, tmp_path, tiny_data / "estimator") == before


def test_another_estimator_is_measured_and_sizes_are_kept(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `Estimator.fine_tune` does, what was learned before ranks and is then forgotten."""
    table = EvalTable.read("nasbench201", tiny_data, 60)
    before = _rows(tiny_data, tmp_path / "out", tiny_data / "estimator")
    estimator = load(tiny_data / "estimator")
    features = estimator.features(table.benchmark.graphs(table.rows))
    falling = table.accuracies(LABEL)
    tuned = estimator.fine_tune(features, falling)
    tuned.save_pretrained(tmp_path / "tuned")
    measured: list[object] = []
    measure = runner.measure

    def counted(*arguments: object) -> object:
        measured.append(arguments)
        return measure(*arguments)

    monkeypatch.setattr(runner, "measure", counted)
    after = _rows(tiny_data, tmp_path / "out", tmp_path / "tuned")
    assert len(measured) == 9, "three numbers of labels of three columns"
    expected = metrics.spearman(falling, tuned.predict(features).score)
    assert _of(after, "estimator", 0)[0]["spearman"] == pytest.approx(expected)
    assert _of(after, "estimator", 16) == _of(before, "estimator", 16)
    given, rest = split_labelled(60, 16, seed=0)
    again = tuned.fine_tune(features.take(given), falling[given])
    scores = again.predict(features.take(rest)).score
    found = _of(after, "estimator", 16)[0]["spearman"]
    assert found == pytest.approx(metrics.spearman(falling[rest], scores), abs=1e-3)


def test_a_label_of_one_network_is_a_failure(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = np.array([0.5, *[np.nan] * 59])
    monkeypatch.setattr(EvalTable, "accuracies", lambda *_: one)
    failures = FailureLog()
    assert not _rows(tiny_data, tmp_path, tiny_data / "estimator", failures)
    assert failures["FLOPs, NB-201 CIFAR-10"] == "1 networks with a label cannot be ranked"
