import csv
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import Result

from gennape.spaces import NASBench101

Run = Callable[..., Result]
CELLS = 30


@pytest.fixture
def small_family(monkeypatch: pytest.MonkeyPatch) -> None:
    """NAS-Bench-101 as if it had 30 cells."""
    enumerate_all = NASBench101.enumerate
    monkeypatch.setattr(NASBench101, "enumerate", lambda self: islice(enumerate_all(self), CELLS))


def test_best_cells_are_printed_and_all_are_written(
    run: Run, small_family: None, tmp_path: Path
) -> None:
    out = tmp_path / "ranking.csv"
    result = run("rank", "nasbench101", "--top", 3, "--out", out)
    assert result.exit_code == 0, result.stderr
    with out.open() as file:
        rows = list(csv.DictReader(file))
    scores = [float(row["score"]) for row in rows]
    assert len(rows) == CELLS
    assert scores == sorted(scores, reverse=True)
    printed = [line.split()[0] for line in result.stdout.splitlines() if ":" in line]
    assert printed == [row["architecture"] for row in rows[:3]]


def test_unknown_family_suggests_near_ones(run: Run) -> None:
    result = run("rank", "nasbench11")
    assert result.exit_code == 1
    assert "nasbench101" in result.stderr


def test_what_cannot_be_written_is_noticed_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("rank", "nasbench101", "--out", tmp_path / "file" / "ranking.csv")
    assert result.exit_code == 1
    assert "ranking.csv cannot be written (Not a directory)" in result.stderr
    assert not result.stdout
