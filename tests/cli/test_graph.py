import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import Result

from gennape import spaces

Run = Callable[..., Result]
CELL = "nasbench101:c3-c1-mp/01-12-23-34-14"


def test_summary_of_a_file(run: Run, onnx_file: Path) -> None:
    result = run("graph", onnx_file)
    assert result.exit_code == 0
    words = [line.split() for line in result.stdout.splitlines()]
    facts = {line[0]: line[1] for line in words if len(line) > 1}
    assert facts["nodes"] == "5"
    assert facts["edges"] == "4"
    assert facts["depth"] == "4"
    assert facts["parameters"] == "216"
    assert facts["MACs"] == "55,296"
    assert "global_avg_pool" in result.stdout


def test_json_file_holds_the_graph(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "cell.json"
    assert run("graph", CELL, "--json", out).exit_code == 0
    family = spaces.get("nasbench101")
    graph = family.graph(family.parse(CELL.partition(":")[2]))
    plain = json.loads(out.read_text())
    assert plain["fingerprint"] == graph.fingerprint
    assert len(plain["nodes"]) == graph.num_nodes
    assert sum(node["parameters"] for node in plain["nodes"]) == graph.parameters
    assert plain["edges"] == graph.edges.T.tolist()


def test_drawing_as_svg(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "cell.svg"
    assert run("graph", CELL, "--draw", out).exit_code == 0
    assert ElementTree.parse(out).getroot().tag.endswith("svg")


def test_drawing_as_png(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra plot")
    out = tmp_path / "cell.png"
    assert run("graph", CELL, "--draw", out).exit_code == 0
    assert out.read_bytes().startswith(b"\x89PNG")


def test_unknown_drawing_format_is_refused(run: Run, tmp_path: Path) -> None:
    result = run("graph", CELL, "--draw", tmp_path / "cell.xyz")
    assert result.exit_code == 1
    assert ".svg" in result.stderr
    assert result.stderr.count("\n") == 1


def test_unreadable_network(run: Run) -> None:
    result = run("graph", "missing.onnx")
    assert result.exit_code == 1
    assert "missing.onnx" in result.stderr
    assert result.stdout == ""
