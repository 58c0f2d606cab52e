"""Edges past very many rows are named at both ends."""

import pytest

from gennape.graph import GraphBuilder
from gennape.graph.draw import references
from gennape.graph.draw.blocks import blocks_of
from gennape.graph.draw.picture import picture
from gennape.graph.draw.references import name_long_edges
from gennape.graph.draw.rows import layers_of
from gennape.graph.draw.scene import Text


def _network_with_one_long_edge() -> GraphBuilder:
    build = GraphBuilder()
    first = x = build.conv(build.input((8, 8, 8)), 8)
    for _ in range(6):
        x = build.conv(x, 8, kernel=3)
    build.output(build.add(x, first))
    return build


def test_few_lanes_are_all_drawn() -> None:
    blocks, edges = blocks_of(_network_with_one_long_edge().build())
    assert name_long_edges(blocks, edges, layers_of(blocks, edges)) == (blocks, edges)


def test_the_longest_edges_are_named_where_there_are_too_many_lanes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(references, "_MAX_LANES", 5)
    graph = _network_with_one_long_edge().build()
    blocks, edges = blocks_of(graph)
    noted, kept = name_long_edges(blocks, edges, layers_of(blocks, edges))
    assert sorted(set(edges) - set(kept)) == [(1, 8)]
    assert noted[1].notes == ("to n008_add",)
    assert noted[8].notes == ("from n001_conv",)
    texts = [shape.content for shape in picture(graph).shapes if isinstance(shape, Text)]
    assert "from n001_conv" in texts


def test_many_users_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "_MAX_LANES", 0)
    build = GraphBuilder()
    first = x = build.conv(build.input((8, 8, 8)), 8)
    for _ in range(6):
        x = build.add(build.conv(x, 8, kernel=3), first)
    build.output(x)
    blocks, edges = blocks_of(build.build())
    noted, _ = name_long_edges(blocks, edges, layers_of(blocks, edges))
    assert noted[1].notes == ("to n003_add, n005_add, n007_add and 3 more",)
