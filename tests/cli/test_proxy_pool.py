from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import Result

from gennape import spaces

Run = Callable[..., Result]
SMALL = ("--resolution", 8, "--batch", 4)


def _row(result: Result, proxy: str) -> list[str]:
    """Cells of the first line of a proxy: that of the summary."""
    return next(line.split() for line in result.stdout.splitlines() if line.startswith(proxy))


def test_scores_costs_and_correlations(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--sample", 3, "--proxy", "parameters,swap,az_nas", "--out", out)
    result = run("proxy-pool", "nasbench201", *SMALL, *options)
    assert result.exit_code == 0, result.stderr
    table = pq.read_table(out / "scores.parquet").to_pydict()
    assert len(set(table["architecture"])) == 3
    parts = {"parameters", "swap", "expressivity", "progressivity", "trainability", "macs"}
    assert set(table["proxy"]) == parts
    assert len(table["value"]) == 3 * len(parts)
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["Proxy", "Missing", "Time", "Memory"]
    assert [line.split()[0] for line in lines if line].count("az_nas") == 2
    assert str(out / "scores.parquet") in lines[-1]
    heading = next(i for i, line in enumerate(lines) if line.startswith("Best by the vote"))
    ranking = pq.read_table(out / "ranking.parquet").to_pydict()
    assert [line.split()[0] for line in lines[heading + 2 : -1]] == ranking["architecture"]
    assert lines[heading + 2].split()[1] == f"{ranking['vote'][0]:.3f}"


def test_agreement_with_labels(run: Run, tmp_path: Path) -> None:
    """Accuracies are the networks' sizes."""
    family = spaces.get("nasbench201")
    rng = np.random.default_rng(0)
    cells = [family.sample(rng) for _ in range(8)]
    sizes = [float(family.graph(cell).parameters) for cell in cells]
    columns = {"architecture": [family.format(cell) for cell in cells]}
    for data_set in ("cifar10", "cifar100", "imagenet16_120"):
        columns[f"{data_set}_test_accuracy_200"] = sizes
    pq.write_table(pa.table(columns), tmp_path / "nasbench201.parquet")
    options = ("--labelled", tmp_path, "--proxy", "parameters", "--out", tmp_path / "out")
    result = run("proxy-pool", "nasbench201", *SMALL, *options)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[0].split() == [
        "Proxy", "Spearman", "Missing", "Time", "Memory",
    ]  # fmt: skip
    assert _row(result, "parameters")[:3] == ["parameters", "1.000", "0"]
    assert _row(result, "vote") == ["vote", "1.000"]
    best = result.stdout.splitlines()[-6].split()
    assert best[1:] == ["0.000", f"{max(sizes):.4g}"]


@pytest.mark.parametrize(
    "family, proxy, sentence",
    [
        ("nasbench21", "macs", "no family is called 'nasbench21'; did you mean nasbench201"),
        ("nasbench201", "mac", "no proxy is called 'mac'; did you mean macs"),
    ],
)
def test_bad_names_are_one_sentence(
    run: Run, tmp_path: Path, family: str, proxy: str, sentence: str
) -> None:
    result = run("proxy-pool", family, "--sample", 2, "--proxy", proxy, "--out", tmp_path)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_folder_of_other_settings(run: Run, tmp_path: Path) -> None:
    command = ("proxy-pool", "nasbench201", "--sample", 2, "--proxy", "macs", "--out", tmp_path)
    assert run(*command).exit_code == 0
    result = run(*command, "--seed", 1)
    assert result.exit_code == 1
    assert "of other settings" in result.stderr
    assert "give another folder" in result.stderr
