"""Graphs as text of Graphviz."""

import re

import pytest

import gennape
from gennape.graph import ComputationGraph, GraphBuilder, Op

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_NODE = re.compile(rf"  n(\d+) \[label=({_QUOTED}), tooltip={_QUOTED}, fillcolor={_QUOTED}\];")
_EDGE = re.compile(r"  n(\d+) -> n(\d+);")


def _labels(dot: str) -> list[str]:
    return [label for _, label in _NODE.findall(dot)]


@pytest.mark.parametrize("name", ["nasbench101:c3-c1-mp/01-12-23-34-14", "hiaml:a22-src0-t31-z"])
def test_every_node_and_edge_has_a_line(name: str) -> None:
    graph = gennape.graph_of(name)
    first, *lines, last = graph.to_dot().splitlines()
    assert first == f'digraph "{graph.name}" {{'
    assert last == "}"
    nodes = [int(match[1]) for line in lines if (match := _NODE.fullmatch(line))]
    assert nodes == list(range(graph.num_nodes))
    edges = [(int(m[1]), int(m[2])) for line in lines if (m := _EDGE.fullmatch(line))]
    assert sorted(edges) == sorted(map(tuple, graph.edges.T.tolist()))
    assert len(lines) == 3 + len(nodes) + len(edges)


def test_labels_are_those_of_the_drawing() -> None:
    labels = _labels(gennape.graph_of("nasbench101:c3-c1-mp/01-12-23-34-14").to_dot())
    assert labels[:4] == ['"input 3×32×32"', '"conv 3×3, 128"', '"BN"', '"ReLU"']


def _strange(function: str) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    build.output(build.add_node(Op.OTHER, (x,), (3, 8, 8), function=function))
    return build.build('a "name"')


def test_quotes_and_backslashes_of_names_stay_inside_their_text() -> None:
    dot = _strange('f"]; n9 -> n8; \\').to_dot()
    assert dot.startswith(r'digraph "a \"name\"" {')
    assert _labels(dot)[1] == r'"f\"]; n9 -> n8; \\"'
    assert len(_NODE.findall(dot)) == 3
