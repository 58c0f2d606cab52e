import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from gennape.benchmarks.canonical import MeasuredValue, new_table

Run = Callable[..., Result]
WIDE = "nasbench101:c3-c3-c3/01-12-23-34-03-14"
NARROW = "nasbench101:c1/01-12"
MIXED = "nasbench101:c3-c1-mp/01-12-23-34-14"


def _labels(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("model,accuracy", *lines)) + "\n")
    return path


def _scores(run: Run, *options: object) -> dict[str, float]:
    result = run("score", WIDE, NARROW, MIXED, "--format", "json", *options)
    assert result.exit_code == 0, result.stderr
    return {entry["model"]: entry["score"] for entry in json.loads(result.stdout)}


def test_labels_turn_the_ranking(run: Run, tmp_path: Path) -> None:
    before = _scores(run)
    best, *_, worst = sorted(before, key=lambda model: before[model], reverse=True)
    labels = _labels(tmp_path / "labels.csv", f"{best},10", f"{worst},90", f"{worst},90")
    out = tmp_path / "tuned"
    result = run("fine-tune", labels, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "3 networks" in result.stdout
    after = _scores(run, "--estimator", out)
    assert after[worst] > after[best]


def test_labels_of_a_table(run: Run, tmp_path: Path) -> None:
    """The same accuracies by a table and by a CSV file teach the same."""
    accuracies = {WIDE: 93.1, NARROW: 90.2}
    with new_table(tmp_path / "labels.parquet") as table:
        for model, accuracy in accuracies.items():
            family, _, architecture = model.partition(":")
            row = MeasuredValue(family, architecture, "cifar10", "test", "accuracy", accuracy)
            table.write(row, "runs.parquet", "0" * 64)
    lines = (f"{model},{accuracy}" for model, accuracy in accuracies.items())
    scores = []
    for labels in (tmp_path / "labels.parquet", _labels(tmp_path / "labels.csv", *lines)):
        out = tmp_path / labels.suffix
        result = run("fine-tune", labels, "--out", out)
        assert result.exit_code == 0, result.stderr
        scores.append(_scores(run, "--estimator", out))
    assert scores[0] == scores[1]


def test_the_seed_decides_everything(run: Run, tmp_path: Path) -> None:
    labels = _labels(tmp_path / "labels.csv", f"{WIDE},93.1", f"{NARROW},90.2")
    for out in ("first", "second"):
        run("fine-tune", labels, "--out", tmp_path / out, "--seed", "7")
    first = _scores(run, "--estimator", tmp_path / "first")
    assert first == _scores(run, "--estimator", tmp_path / "second")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"{WIDE},nan", f"{NARROW},90"], "nan"),
        ([f"{WIDE},inf", f"{NARROW},90"], "inf"),
        ([f"{WIDE},high", f"{NARROW},90"], "line 2"),
        ([f"{WIDE},90", "timm:no_such_network,90"], "line 3"),
        ([f"{WIDE},90", f"{NARROW}"], "line 3"),
        ([f"{WIDE},90", f"{NARROW},80,5"], "line 3: it has more fields than the first line"),
        ([f"{WIDE},90"], "two"),
        ([], "two"),
    ],
    ids=[
        "nan",
        "infinite",
        "no number",
        "unknown network",
        "no accuracy",
        "decimal comma",
        "one",
        "none",
    ],
)
def test_bad_labels(run: Run, tmp_path: Path, lines: list[str], expected: str) -> None:
    out = tmp_path / "tuned"
    result = run("fine-tune", _labels(tmp_path / "labels.csv", *lines), "--out", out)
    assert result.exit_code == 1
    assert expected in result.stderr.lower()
    assert result.stderr.count("\n") == 1
    assert not out.exists()


def test_labels_in_another_encoding(run: Run, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("model,accuracy\nréseau.onnx,70\n", encoding="latin-1")
    result = run("fine-tune", labels, "--out", tmp_path / "tuned")
    assert result.exit_code == 1
    assert f"{labels} is no UTF-8 text" in result.stderr


def test_missing_column(run: Run, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("network,accuracy\na,1\n")
    result = run("fine-tune", labels, "--out", tmp_path / "tuned")
    assert result.exit_code == 1
    assert "no column model" in result.stderr


def test_missing_label_file(run: Run, tmp_path: Path) -> None:
    result = run("fine-tune", tmp_path / "absent.csv", "--out", tmp_path / "tuned")
    assert result.exit_code == 1
    assert "absent.csv" in result.stderr


def test_a_label_file_runs_code_only_if_it_is_trusted(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trusted_nets.py").write_text(
        "from torch import nn\n"
        "def small():\n"
        "    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(7200, 10))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    labels = _labels(tmp_path / "labels.csv", f"{WIDE},93", "trusted_nets:small,70")
    options = ("--out", tmp_path / "tuned", "--input", "3x32x32")
    refused = run("fine-tune", labels, *options)
    assert refused.exit_code == 1
    assert "line 3: 'trusted_nets:small' would run code" in refused.stderr
    assert "trusted_nets" not in sys.modules
    trusted = run("fine-tune", labels, *options, "--trust-module", "trusted_nets")
    assert trusted.exit_code == 0, trusted.stderr
    monkeypatch.delitem(sys.modules, "trusted_nets")
