from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executable_networks import executable_networks, reordered
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.arrays import STRIDE
from gennape.graph.fingerprint import digest
from gennape.graph.operations import COMMUTATIVE


@given(executable_networks(), st.integers(0, 1000))
@settings(max_examples=100)
def test_the_order_of_nodes_does_not_matter(graph: ComputationGraph, seed: int) -> None:
    other = reordered(graph, seed)
    assert digest(other) == digest(graph)
    assert other.fingerprint == graph.fingerprint


def _labelled(graph: ComputationGraph) -> nx.DiGraph:
    """The graph with edges marked by the argument positions they fill."""
    result = nx.DiGraph()
    for node, (operation, row) in enumerate(
        zip(graph.operations.tolist(), graph.attributes.tolist(), strict=True)
    ):
        result.add_node(node, label=(operation, *row, str(graph.details.get(node))))
    position: dict[int, int] = {}
    for source, target in graph.edges.T.tolist():
        place = position[target] = position.get(target, -1) + 1
        mark = 0 if graph.operations[target] in COMMUTATIVE else place
        marks = result.get_edge_data(source, target, {"marks": ()})["marks"]
        result.add_edge(source, target, marks=(*marks, mark))
    return result


def _isomorphic(left: ComputationGraph, right: ComputationGraph) -> bool:
    return bool(
        nx.is_isomorphic(
            _labelled(left),
            _labelled(right),
            node_match=lambda a, b: a["label"] == b["label"],
            edge_match=lambda a, b: sorted(a["marks"]) == sorted(b["marks"]),
        )
    )


@st.composite
def _sums(draw: st.DrawFn) -> ComputationGraph:
    """Equal convolutions and sums of them, so that many pairs are nearly the same."""
    build = GraphBuilder()
    x = build.input((2, 4, 4))
    values = [build.conv(x, 2) for _ in range(draw(st.integers(1, 2)))]
    for _ in range(draw(st.integers(1, 3))):
        pair = draw(st.tuples(st.sampled_from(values), st.sampled_from(values)))
        op = draw(st.sampled_from([Op.ADD, Op.SUB]))
        values.append(build.add_node(op, pair, (2, 4, 4)))
    build.output(build.concat(*values[-2:]))
    return build.build()


@given(_sums(), _sums())
@settings(max_examples=500)
def test_digests_are_equal_exactly_for_isomorphic_graphs(
    left: ComputationGraph, right: ComputationGraph
) -> None:
    assert (digest(left) == digest(right)) == _isomorphic(left, right)


def _pair_of_sums(crossed: bool) -> ComputationGraph:
    """Two sums of two equal convolutions: of both, or of each one with itself."""
    build = GraphBuilder()
    x = build.input((2, 4, 4))
    a, b = build.conv(x, 2), build.conv(x, 2)
    sums = (build.add(a, b), build.add(a, b)) if crossed else (build.add(a, a), build.add(b, b))
    build.output(build.add_node(Op.MUL, sums, (2, 4, 4)))
    return build.build()


def test_a_node_used_twice_is_not_two_equal_nodes() -> None:
    assert _pair_of_sums(crossed=True).fingerprint != _pair_of_sums(crossed=False).fingerprint
    build = GraphBuilder()
    x = build.input((2, 4, 4))
    conv = build.conv(x, 2)
    build.output(build.add(conv, conv))
    other = GraphBuilder()
    x = other.input((2, 4, 4))
    other.output(other.add(other.conv(x, 2), other.conv(x, 2)))
    assert build.build().fingerprint != other.build().fingerprint


def test_the_order_of_arguments_matters_where_it_should() -> None:
    def graph(op: Op, swapped: bool) -> ComputationGraph:
        build = GraphBuilder()
        x = build.input((2, 4, 4))
        pair = (x, build.conv(x, 2))
        build.output(build.add_node(op, pair[::-1] if swapped else pair, (2, 4, 4)))
        return build.build()

    assert graph(Op.ADD, True).fingerprint == graph(Op.ADD, False).fingerprint
    assert graph(Op.SUB, True).fingerprint != graph(Op.SUB, False).fingerprint


def test_attributes_tell_networks_apart() -> None:
    def graph(**options: int) -> ComputationGraph:
        build = GraphBuilder()
        build.output(build.conv(build.input((4, 8, 8)), **{"channels": 4, "kernel": 3, **options}))
        return build.build()

    plain = graph()
    for options in ({"channels": 8}, {"kernel": 5}, {"stride": 2}, {"groups": 2}, {"dilation": 2}):
        assert graph(**options).fingerprint != plain.fingerprint, options


def test_the_name_is_not_part_of_the_network() -> None:
    build = GraphBuilder()
    build.output(build.relu(build.input((2, 4, 4))))
    graph = build.build(name="one")
    assert replace(graph, name="two").fingerprint == graph.fingerprint


@pytest.mark.parametrize("column", range(STRIDE.start, STRIDE.stop))
def test_digest_sees_single_numbers(column: int) -> None:
    build = GraphBuilder()
    build.output(build.conv(build.input((2, 4, 4)), 2))
    graph = build.build()
    attributes = graph.attributes.copy()
    attributes[1, column] = 2
    assert digest(replace(graph, attributes=attributes)) != digest(graph)
