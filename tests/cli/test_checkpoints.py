"""Estimators on disk that cannot be used."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

import gennape

Run = Callable[..., Result]
CELL = "nasbench101:c3-c1-mp/01-12-23-34-14"


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A copy of the bundled estimator."""
    folder = tmp_path / "estimator"
    gennape.load().save_pretrained(folder)
    return folder


def _error(run: Run, estimator: object) -> str:
    result = run("score", CELL, "--estimator", estimator)
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_saved_estimator_scores_the_same(run: Run, checkpoint: Path) -> None:
    saved = run("score", CELL, "--estimator", checkpoint, "--format", "json")
    bundled = run("score", CELL, "--format", "json")
    assert saved.exit_code == 0
    assert saved.stdout == bundled.stdout


@pytest.mark.parametrize("version", [0, 1, 99, "1.5", None])
def test_other_version(run: Run, checkpoint: Path, version: object) -> None:
    path = checkpoint / "estimator.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": version}))
    assert f"format version {version!r}" in _error(run, checkpoint)


def test_unknown_name_lists_the_bundled_ones(run: Run) -> None:
    error = _error(run, "nasbench1001")
    assert "nasbench1001" in error
    assert "nasbench101" in error.replace("nasbench1001", "")


def test_folder_that_holds_no_estimator(run: Run, tmp_path: Path) -> None:
    assert str(tmp_path) in _error(run, tmp_path)


@pytest.mark.parametrize("name", ["estimator.json", "weights.safetensors"])
def test_truncated_file(run: Run, checkpoint: Path, name: str) -> None:
    path = checkpoint / name
    path.write_bytes(path.read_bytes()[:-100])
    assert str(checkpoint) in _error(run, checkpoint)


def test_absent_weights(run: Run, checkpoint: Path) -> None:
    (checkpoint / "weights.safetensors").unlink()
    assert str(checkpoint) in _error(run, checkpoint)


def test_config_of_another_gennape(run: Run, checkpoint: Path) -> None:
    path = checkpoint / "estimator.json"
    description = json.loads(path.read_text())
    description["config"]["flux_capacitors"] = 3
    path.write_text(json.dumps(description))
    assert "flux_capacitors" in _error(run, checkpoint)
