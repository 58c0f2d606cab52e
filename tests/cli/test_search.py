import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch
from typer.testing import CliRunner

from gennape import graph_of
from gennape.cli import app

SMALL = ("--budget", "15", "--seed", "3")


def search(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["search", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_front_of_score_and_costs(tmp_path: Path) -> None:
    options = ("--algorithm", "nsga2", "--objective", "score, macs", "--constraint", "macs<=120M")
    printed = search("nasbench201", *options, *SMALL, "--out", tmp_path)
    history = pq.read_table(tmp_path / "history.parquet").to_pylist()
    assert len(history) == 15
    assert max(row["macs"] for row in history) <= 120e6
    names = (tmp_path / "architectures.txt").read_text().split()
    assert sorted(names) == sorted(row["architecture"] for row in history if row["on_front"])
    assert all(name.partition(":")[2] in printed for name in names)
    exported = graph_of(tmp_path / "networks" / "01.onnx")
    assert exported.fingerprint == graph_of(names[0]).fingerprint
    assert (tmp_path / "networks" / "01.svg").read_text().startswith("<svg")
    assert (tmp_path / "front.png").read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "report.html").read_text()
    assert names[0].partition(":")[2] in page
    assert "hypervolume" in page
    assert search("nasbench201", *options, *SMALL, "--out", tmp_path) == printed


def test_changes_of_a_network_in_a_file(tmp_path: Path) -> None:
    model = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(8, 8, 3, padding=1)
    )
    path = tmp_path / "model.onnx"
    torch.onnx.export(model.eval(), (torch.zeros(1, 3, 16, 16),), path, dynamo=False)
    search("--from", path, *SMALL, "--out", tmp_path / "found")
    (name,) = (tmp_path / "found" / "architectures.txt").read_text().splitlines()
    assert name.startswith("graph:")
    found = graph_of(tmp_path / "found" / "networks" / "01.onnx")
    assert found.fingerprint != graph_of(path).fingerprint


def test_true_evaluations_by_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text(
        "def size(graphs):\n    return [float(graph.parameters) for graph in graphs]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    options = ("--evaluate", "mine:size", "--evaluations", "6", "--per-round", "3")
    search("hiaml", *options, *SMALL, "--out", tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / "history.parquet").to_pylist()
    assert [row["round"] for row in rows] == [1, 1, 1, 2, 2, 2]
    assert all(row["accuracy"] == row["parameters"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give a family, or a network with --from"),
        (("hiaml", "--from", "timm:resnet18"), "give a family, or a network with --from"),
        (("hiaml", "--objective", "speed"), "no metric is called 'speed'"),
        (("hiaml", "--constraint", "macs<6"), "one looks like macs<=600M"),
        (("hiaml", "--evaluate", "nowhere:function"), "neither a labelled table nor"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    result = CliRunner().invoke(app, ["search", *arguments, "--out", str(tmp_path)])
    assert result.exit_code == 1
    assert message in result.stderr


def test_settings_are_kept(tmp_path: Path) -> None:
    search("nasbench201", "--algorithm", "random", "--budget", "5", "--out", tmp_path)
    first = json.loads((tmp_path / "journal.jsonl").read_text().splitlines()[0])
    assert first["family"] == "nasbench201"
    assert first["algorithm"] == "random"
    assert len(first["estimator"]) == 12
