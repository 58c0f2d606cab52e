import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

import gennape
from helpers.accuracy_doubles import CostEstimator

Run = Callable[..., Result]

CELL = "nasbench101:c3-c1-mp/01-12-23-34-14"


def test_parts_add_up_to_what_score_says(run: Run, onnx_file: Path) -> None:
    entries = json.loads(run("explain", onnx_file, CELL, "--format", "json").stdout)
    scores = json.loads(run("score", onnx_file, CELL, "--format", "json").stdout)
    assert [entry["model"] for entry in entries] == [entry["model"] for entry in scores]
    for entry, score in zip(entries, scores, strict=True):
        assert score.items() <= entry.items()
        assert sum(entry["parts"].values()) == pytest.approx(entry["score"], abs=1e-5)
    families = {entry["model"]: entry["family"] for entry in entries}
    assert families == {CELL: "nasbench101", str(onnx_file): None}


def test_the_text_leaves_out_parts_that_say_nothing(run: Run, onnx_file: Path) -> None:
    known = run("explain", CELL, "--estimator", "nasbench101").stdout
    assert "predictors " in known
    assert "resolution" not in known
    out_of_domain = run("explain", onnx_file, "--estimator", "nasbench101").stdout
    assert "resolution " in out_of_domain


def test_options_reach_the_estimator(
    run: Run, onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gennape, "load", lambda _: CostEstimator(), raising=False)
    options = ("--dataset", "cifar100", "--recipe", "classic", "--format", "json")
    (entry,) = json.loads(run("explain", onnx_file, *options).stdout)
    assert (entry["dataset"], entry["recipe"]) == ("cifar100", "classic")
    assert entry["neighbours"][0]["difference"]["width"] == -1.26


def test_several_networks_are_explained_one_below_the_other(
    run: Run, onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gennape, "load", lambda _: CostEstimator(), raising=False)
    lines = run("explain", onnx_file, CELL).stdout.splitlines()
    assert lines[0] == CELL
    assert lines[lines.index(str(onnx_file)) - 1] == ""
    assert sum("timm:resnet18" in line for line in lines) == 2


def test_csv_has_a_column_for_each_part(run: Run, onnx_file: Path) -> None:
    result = run("explain", onnx_file, "absent.onnx", "--format", "csv")
    assert result.exit_code == 1
    row, failed = csv.DictReader(io.StringIO(result.stdout))
    parts = [float(value) for name, value in row.items() if name.startswith("part_")]
    assert sum(parts) == pytest.approx(float(row["score"]), abs=1e-5)
    assert row["parameters"] == "216"
    assert row["family"] == ""
    assert "absent.onnx" in failed["error"]


def test_csv_of_failures_alone_names_them(run: Run) -> None:
    result = run("explain", "absent.onnx", "--format", "csv")
    (failed,) = csv.DictReader(io.StringIO(result.stdout))
    assert failed["model"] == "absent.onnx"


def test_a_network_that_cannot_be_read_does_not_harm_the_others(run: Run, onnx_file: Path) -> None:
    result = run("explain", "absent.onnx", onnx_file)
    assert result.exit_code == 1
    assert "absent.onnx" in result.stderr
    assert str(onnx_file) in result.stdout
    assert run("explain", "absent.onnx").exit_code == 1
