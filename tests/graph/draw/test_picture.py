import re
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBuilder, GraphError, Op
from gennape.graph.draw import draw
from gennape.graph.draw.blocks import blocks_of
from gennape.graph.draw.picture import picture
from gennape.graph.draw.placement import place
from gennape.graph.draw.rows import arrange, layers_of
from gennape.graph.draw.svg import to_svg
from gennape.graph.node import nodes_of
from gennape.utils.optional_imports import MissingExtraError
from helpers.random_networks import networks

_SVG = "{http://www.w3.org/2000/svg}"


def _tooltips(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{_SVG}title")]


def _family_graph(family: str, seed: int = 0) -> ComputationGraph:
    space = spaces.get(family)
    return space.graph(space.sample(np.random.default_rng(seed)))


def _residual() -> ComputationGraph:
    """A residual block with squeeze-excite."""
    build = GraphBuilder()
    x = build.input((3, 32, 32))
    x = build.relu(build.batch_norm(build.conv(x, 16, kernel=3, stride=2)))
    y = build.batch_norm(build.conv(x, 16, kernel=3, groups=16))
    gate = build.relu(build.conv(build.global_avg_pool(y), 4, bias=True))
    y = build.mul(y, build.activation(Op.SIGMOID, build.conv(gate, 16, bias=True)))
    x = build.relu(build.add(x, y))
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build(name="residual")


def _names_in(tooltips: list[str]) -> list[str]:
    return [line.partition(";")[0] for tooltip in tooltips[1:] for line in tooltip.splitlines()]


@given(networks())
@settings(max_examples=50)
def test_every_node_is_in_one_tooltip(graph: ComputationGraph) -> None:
    names = _names_in(_tooltips(to_svg(picture(graph, fold=False))))
    assert sorted(names) == sorted(node.name for node in nodes_of(graph))


@pytest.mark.parametrize("family", ["nasbench101", "nasbench201"])
def test_family_networks_have_every_node_in_one_tooltip(family: str) -> None:
    graph = _family_graph(family)
    names = _names_in(_tooltips(to_svg(picture(graph, fold=False))))
    assert sorted(names) == sorted(node.name for node in nodes_of(graph))


def test_chains_are_one_box() -> None:
    blocks, edges = blocks_of(_residual())
    texts = [[line.text for line in block.lines] for block in blocks]
    assert texts == [
        ["input 3×32×32"],
        ["conv 3×3 /2, 16", "BN · ReLU"],
        ["dw conv 3×3, 16", "BN"],
        ["global avg pool", "conv 1×1, 4", "ReLU", "conv 1×1, 16", "sigmoid"],
        ["×"],
        ["+", "ReLU"],
        ["global avg pool", "linear 10"],
        ["output 10"],
    ]
    assert edges == [(0, 1), (1, 2), (1, 5), (2, 3), (2, 4), (3, 4), (4, 5), (5, 6), (6, 7)]


def test_an_activation_before_its_convolution_is_in_its_box() -> None:
    build = GraphBuilder()
    x = build.input((4, 8, 8))
    y = build.batch_norm(build.conv(build.relu(x), 4))
    build.output(build.add(x, y))
    blocks, _ = blocks_of(build.build())
    assert [line.text for line in blocks[1].lines] == ["ReLU", "conv 1×1, 4", "BN"]
    assert blocks[1].category == "convolution"


def test_parameters_that_nothing_uses_are_one_box() -> None:
    build = GraphBuilder()
    build.output(build.relu(build.input((4, 8, 8))))
    for _ in range(3):
        build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)
    blocks, _ = blocks_of(build.build())
    assert [line.text for line in blocks[-1].lines] == ["3 unused parameters"]
    assert len(blocks[-1].nodes) == 3


@pytest.mark.parametrize("family", ["nasbench101", "nasbench201"])
def test_boxes_do_not_overlap_and_edges_lead_down(family: str) -> None:
    for seed in range(5):
        blocks, edges = blocks_of(_family_graph(family, seed))
        arrangement = arrange(blocks, edges, layers_of(blocks, edges))
        drawn = []
        for column in arrangement.columns:
            place(column, 12)
            for row in column:
                for left, right in pairwise(row):
                    assert left.x + left.width / 2 <= right.x - right.width / 2
            for upper, lower in pairwise(column):
                assert max(s.y + s.height for s in upper) < min(s.y for s in lower)
                drawn += [slot.block for slot in lower if slot.is_box]
            drawn += [slot.block for slot in column[0] if slot.is_box]
        assert sorted(drawn) == list(range(len(blocks)))


def test_every_edge_is_drawn() -> None:
    blocks, edges = blocks_of(_family_graph("nasbench101"))
    arrangement = arrange(blocks, edges, layers_of(blocks, edges))
    continued = {start: port for start, port in arrangement.turns}
    found = set()
    starts = [s for column in arrangement.columns for row in column for s in row if s.is_box]
    for start in starts:
        open_slots = [start]
        while open_slots:
            slot = open_slots.pop()
            further = [*slot.below, *([continued[slot]] if slot in continued else [])]
            found |= {(start.block, s.block) for s in further if s.is_box}
            open_slots += [s for s in further if not s.is_box]
    assert found == set(edges)


def test_a_page_has_a_sane_shape() -> None:
    for family in ("nasbench101", "nasbench201"):
        scene = picture(_family_graph(family))
        assert 0.5 < scene.width / scene.height < 3


def test_text_is_escaped() -> None:
    build = GraphBuilder()
    x = build.add_node(Op.OTHER, (build.input((1, 2, 2)),), (1, 2, 2), function="a<b & c>")
    build.output(x)
    svg = to_svg(picture(build.build(name='<script>"&')))
    root = ElementTree.fromstring(svg)
    assert root.findtext(f"{_SVG}title") == '<script>"&'
    assert "a<b & c>" in [element.text for element in root.iter(f"{_SVG}text")]


def test_title_and_legend_tell_what_is_there() -> None:
    graph = _residual()
    texts = [
        e.text or "" for e in ElementTree.fromstring(to_svg(picture(graph))).iter(f"{_SVG}text")
    ]
    assert texts.count("residual") == 1
    assert any(f"{graph.macs:,} MACs · {graph.parameters:,} parameters" in text for text in texts)
    assert "depthwise convolution" in texts
    assert "normalisation" not in texts


def test_resolutions_are_written_beside_the_rows() -> None:
    svg = to_svg(picture(_residual()))
    found = re.findall(r">(\d+×\d+)</text>", svg)  # again at the top of each column
    assert list(dict.fromkeys(found)) == ["32×32", "16×16", "1×1"]


def test_svg_file(tmp_path: Path) -> None:
    draw(_residual(), tmp_path / "network.svg")
    text = (tmp_path / "network.svg").read_text(encoding="utf-8")
    assert text == to_svg(picture(_residual()))


def test_png_file(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra plot is not installed")
    path = tmp_path / "network.PNG"
    draw(_residual(), path)
    header = path.read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    scene = picture(_residual())
    width, height = (int.from_bytes(header[i : i + 4], "big") for i in (16, 20))
    assert (width, height) == pytest.approx((2 * scene.width, 2 * scene.height), abs=2)


def test_png_without_matplotlib_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"drawing a PNG needs .*gennape\[plot\]"):
        draw(_residual(), tmp_path / "network.png")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"must end in \.svg or \.png"):
        draw(_residual(), tmp_path / "network.jpg")


def test_names_that_no_svg_may_hold_are_drawn_as_numbers() -> None:
    build = GraphBuilder()
    build.layer = "a\x00\x1b[31m<b>&\ufffe\udc80"
    build.output(build.conv(build.input((3, 8, 8)), 4))
    svg = to_svg(picture(build.build()))
    assert any("a\\x00\\x1b[31m<b>&\\ufffe\\udc80" in text for text in _tooltips(svg))
