"""Summaries of networks, layer by layer."""

from importlib.util import find_spec

import pytest

import gennape
from gennape.graph import ComputationGraph, GraphBuilder, Op


def _residual() -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    x = build.conv(x, 4, kernel=3, stride=2)
    branch = build.relu(build.conv(x, 4))
    other = build.add_node(Op.OTHER, (branch,), (4, 4, 4), function="torch.erfinv")
    build.output(build.add(x, other))
    return build.build("residual")


def _chain(layers: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    for _ in range(layers):
        x = build.conv(x, 3)
    build.output(x)
    return build.build()


def test_totals_of_a_residual_block() -> None:
    summary = _residual().summary()
    assert summary.name == "residual"
    assert (summary.nodes, summary.edges, summary.depth) == (7, 7, 6)
    assert summary.parameters == 3 * 4 * 9 + 4 * 4
    assert summary.macs == 16 * (3 * 4 * 9 + 4 * 4)
    assert summary.activations == 2 * 4 * 16
    assert summary.operations == {
        "conv": 2,
        "input": 1,
        "relu": 1,
        "other": 1,
        "add": 1,
        "output": 1,
    }
    assert summary.unknown_operations == {"torch.erfinv": 1}


def test_each_layer_tells_shape_and_costs() -> None:
    rows = _residual().summary().rows
    first = rows[1]
    assert (first.name, first.kind, first.kernel) == ("n001_conv", "conv", "3×3 /2")
    assert first.output_shape == (4, 4, 4)
    assert (first.parameters, first.macs, first.activations) == (108, 16 * 108, 64)
    assert first.share == pytest.approx(108 / 124)
    assert sum(row.share for row in rows) == pytest.approx(1)
    assert [row.kind for row in rows][3:5] == ["relu", "torch.erfinv"]
    assert (rows[3].macs, rows[3].activations, rows[3].kernel) == (0, 0, "")


def test_it_prints_as_a_table_with_its_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    lines = str(_residual().summary()).splitlines()
    headings = ["Layer", "Kind", "Kernel", "Output", "Parameters", "MACs", "Activations", "Share"]
    assert lines[0].split() == headings
    row = ["n001", "conv", "3×3", "/2", "4×4×4", "108", "1,728", "64", "87.1", "%"]
    assert lines[3].split() == row
    assert "MACs                    1,984" in lines
    assert lines[-1].startswith("fingerprint")
    assert repr(_residual().summary()) == "\n".join(lines)


def test_a_narrow_terminal_keeps_layers_and_macs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = str(_residual().summary()).splitlines()
    assert lines[0].split()[:2] == ["Layer", "Kind"]
    assert "MACs" in lines[0]
    assert max(map(len, lines)) <= 40


def test_of_a_large_network_the_first_layers_are_shown_and_what_the_others_cost() -> None:
    summary = _chain(500).summary()
    table = summary.layers()
    assert len(table.rows) == 401
    assert table.rows[-1][0] == "102 more"
    shown = sum(row.macs for row in summary.rows[:400])
    assert table.rows[-1][5] == f"{summary.macs - shown:,}"
    assert len(summary.rows) == 502


def test_a_notebook_shows_tables() -> None:
    html = _residual().summary()._repr_html_()
    assert html.count("<table>") == 2
    assert ">n001<" in html


def test_a_network_without_macs_has_no_shares() -> None:
    build = GraphBuilder()
    build.output(build.relu(build.input((3, 8, 8))))
    summary = build.build().summary()
    assert summary.macs == summary.activations == 0
    assert {row.share for row in summary.rows} == {0.0}


def test_pandas_gets_a_row_a_layer() -> None:
    pytest.importorskip("pandas")
    frame = _residual().summary().to_pandas()
    assert frame["macs"].sum() == 1984
    assert frame["name"][1] == "n001_conv"


@pytest.mark.skipif(find_spec("timm") is None, reason="needs the extra zoo")
def test_activations_of_resnet50_are_those_that_timm_publishes() -> None:
    """11.11 million: `infer_macts` of its tables of benchmarks, counted by fvcore."""
    summary = gennape.graph_of("timm:resnet50").summary()
    assert summary.activations == pytest.approx(11.11e6, abs=5e3)


def test_layers_go_by_the_names_of_their_source() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    build.layer = "stem.conv"
    x = build.conv(x, 4)
    build.layer = ""
    build.output(x)
    summary = build.build().summary()
    assert [row.layer for row in summary.rows] == ["", "stem.conv", ""]
    assert [line.split()[0] for line in str(summary).splitlines()[2:5]] == [
        "n000",
        "stem.conv",
        "n002",
    ]
