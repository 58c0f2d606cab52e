import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]

CELL = "nasbench101:c3-c1-mp/01-12-23-34-14"


def test_parts_add_up_to_what_score_says(run: Run, onnx_file: Path) -> None:
    entries = json.loads(run("explain", onnx_file, CELL, "--format", "json").stdout)
    scores = json.loads(run("score", onnx_file, CELL, "--format", "json").stdout)
    assert [entry["model"] for entry in entries] == [entry["model"] for entry in scores]
    for entry, score in zip(entries, scores, strict=True):
        assert entry["score"] == pytest.approx(score["score"], abs=1e-5)
        assert sum(entry["parts"].values()) == pytest.approx(entry["score"])
    families = {entry["model"]: entry["family"] for entry in entries}
    assert families == {CELL: "nasbench101", str(onnx_file): None}


def test_the_table_leaves_out_what_says_nothing(run: Run, onnx_file: Path) -> None:
    known = run("explain", CELL).stdout
    assert "nasbench101 " in known
    assert "predictors " in known
    assert "MACs" not in known
    foreign = run("explain", onnx_file).stdout
    assert "none" in foreign
    assert "MACs " in foreign
    assert "predictors" not in foreign


def test_the_table_begins_with_what_says_most(run: Run, onnx_file: Path) -> None:
    made_of = run("explain", onnx_file).stdout.splitlines()[-1].partition("none")[2]
    sizes = [abs(float(part.split()[-1])) for part in made_of.split(",")]
    assert len(sizes) == 6
    assert sizes == sorted(sizes, reverse=True)


def test_csv_has_a_column_for_each_part(run: Run, onnx_file: Path) -> None:
    result = run("explain", onnx_file, "absent.onnx", "--format", "csv")
    assert result.exit_code == 1
    row, failed = csv.DictReader(io.StringIO(result.stdout))
    parts = [float(row[part]) for part in list(row)[4:-1]]
    assert sum(parts) == pytest.approx(float(row["score"]))
    assert "absent.onnx" in failed["error"]


def test_a_network_that_cannot_be_read_does_not_harm_the_others(run: Run, onnx_file: Path) -> None:
    result = run("explain", "absent.onnx", onnx_file)
    assert result.exit_code == 1
    assert "absent.onnx" in result.stderr
    assert str(onnx_file) in result.stdout
    assert run("explain", "absent.onnx").exit_code == 1
