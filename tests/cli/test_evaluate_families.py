import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import Result

from gennape import spaces

Run = Callable[..., Result]
NETWORKS = 40


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A data folder with 40 networks of NAS-Bench-201 whose accuracy is their size."""
    family = spaces.get("nasbench201")
    rng = np.random.default_rng(0)
    cells = [family.sample(rng) for _ in range(NETWORKS)]
    parameters = [float(family.graph(cell).parameters) for cell in cells]
    columns = {"architecture": [family.format(cell) for cell in cells]}
    for data_set in ("cifar10", "cifar100", "imagenet16_120"):
        columns[f"{data_set}_test_accuracy_200"] = parameters
    pq.write_table(pa.table(columns), tmp_path / "nasbench201.parquet")
    return tmp_path


def test_size_ranks_networks_whose_accuracy_is_their_size(run: Run, labelled: Path) -> None:
    options = ("--data", labelled, "--estimator", "nasbench101", "--format", "json")
    result = run("evaluate", "families", "nasbench201", *options)
    assert result.exit_code == 0, result.stderr
    results = {
        row["method"]: row
        for row in json.loads(result.stdout)
        if row["label"] == "cifar10_test_accuracy_200"
    }
    assert results.keys() == {"FLOPs", "parameters", "estimator"}
    assert results["parameters"]["spearman"] == pytest.approx(1)
    assert results["parameters"]["regret"] == 0
    assert all(row["networks"] == NETWORKS for row in results.values())


def test_table_and_csv_hold_the_same(run: Run, labelled: Path) -> None:
    command = ("evaluate", "families", "nasbench201", "--data", labelled)
    table = run(*command).stdout.splitlines()
    rows = run(*command, "--format", "csv").stdout.splitlines()
    assert rows[0].startswith("family,label,method,networks,spearman")
    assert len(rows) == 1 + 3 * 3
    assert len(table) == 2 + 3 * 3


def test_too_few_networks_are_named(run: Run, labelled: Path) -> None:
    result = run("evaluate", "families", "nasbench201", "--data", labelled, "--labels", NETWORKS)
    assert result.exit_code == 0
    assert f"nasbench201: {NETWORKS} networks are too few to learn {NETWORKS}" in result.stderr
    assert "labels" not in result.stdout


@pytest.mark.slow
def test_labels_are_used_for_fine_tuning(run: Run, labelled: Path) -> None:
    options = ("--data", labelled, "--labels", 5, "--format", "json")
    result = run("evaluate", "families", "nasbench201", *options)
    few_shot = [row for row in json.loads(result.stdout) if row["method"] == "estimator, 5 labels"]
    assert len(few_shot) == 3
    assert all(row["networks"] == NETWORKS - 5 for row in few_shot)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nasbench202"], "nasbench201"),
        (["nasbench101"], "nasbench101.parquet"),
    ],
)
def test_bad_tables(run: Run, labelled: Path, arguments: list[str], expected: str) -> None:
    result = run("evaluate", "families", *arguments, "--data", labelled)
    assert result.exit_code == 1
    assert expected in result.stderr
