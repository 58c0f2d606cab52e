from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op, canonical
from gennape.graph.arrays import STRIDE
from gennape.graph.hashing import graph_hashes, layout_hashes
from gennape.graph.operations import COMMUTATIVE
from gennape.graph.passes import fingerprints
from gennape.labelling.earlier_runs import node_by_node_hash
from helpers.executable_networks import executable_networks, reordered


def hash_of(graph: ComputationGraph) -> str:
    return graph_hashes(GraphBatch.of([graph]))[0]


@given(executable_networks(), st.integers(0, 1000))
@settings(max_examples=100)
def test_the_order_of_nodes_does_not_matter(graph: ComputationGraph, seed: int) -> None:
    other = reordered(graph, seed)
    assert hash_of(other) == hash_of(graph)
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
def test_hash_ofs_are_equal_exactly_for_isomorphic_graphs(
    left: ComputationGraph, right: ComputationGraph
) -> None:
    assert (hash_of(left) == hash_of(right)) == _isomorphic(left, right)


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
def test_hash_of_sees_single_numbers(column: int) -> None:
    build = GraphBuilder()
    build.output(build.conv(build.input((2, 4, 4)), 2))
    graph = build.build()
    attributes = graph.attributes.copy()
    attributes[1, column] = 2
    assert hash_of(replace(graph, attributes=attributes)) != hash_of(graph)


def test_details_tell_networks_apart() -> None:
    def graph(**details: object) -> ComputationGraph:
        build = GraphBuilder()
        build.output(build.add_node(Op.SCALE, (build.input((2, 4, 4)),), (2, 4, 4), **details))
        return build.build()

    assert hash_of(graph(scale=2.0)) != hash_of(graph(scale=3.0))
    assert hash_of(graph(scale=2.0)) != hash_of(graph())
    assert hash_of(graph(scale=2.0, shift=1.0)) == hash_of(graph(shift=1.0, scale=2.0))
    empty = replace(graph(), details={1: {}})
    assert hash_of(empty) == hash_of(graph())


def test_hashes_are_128_bits_and_stay() -> None:
    """Journals, tables and folders of runs compare hashes with those that were written down."""
    cell, block = spaces.get("nasbench201"), spaces.get("two_path")
    text = "|nor_conv_3x3~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_1x1~0|none~1|none~2|"
    graphs = [cell.graph(cell.parse(text)), block.graph(block.sample(np.random.default_rng(0)))]
    assert fingerprints(graphs) == [
        "ba0dea0e8a8456883a443bd3874a2c8f",
        "4dcd47c38fe9ffbecd4a3b617c02479f",
    ]


def test_hashes_do_not_depend_on_the_batch() -> None:
    space = spaces.get("two_path")
    rng = np.random.default_rng(0)
    graphs = [space.graph(space.sample(rng)) for _ in range(5)]
    assert graph_hashes(GraphBatch.of(graphs)) == list(map(hash_of, graphs))
    assert fingerprints(graphs) == [graph.fingerprint for graph in graphs]
    assert fingerprints([]) == []


def test_isomorphic_cells_have_one_fingerprint() -> None:
    space = spaces.get("nasbench201")
    texts = [
        "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|",
        "|skip_connect~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|skip_connect~2|",
        "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|skip_connect~2|",
    ]
    first, same, other = fingerprints(space.graph(space.parse(text)) for text in texts)
    assert first == same
    assert first != other


@pytest.mark.parametrize("family", spaces.names())
def test_hashes_tell_apart_what_node_by_node_hashing_does(family: str) -> None:
    space = spaces.get(family)
    rng = np.random.default_rng(3)
    architectures = [space.sample(rng) for _ in range(4)]
    architectures += [space.mutate(one, rng) for one in architectures]
    _assert_same_partition([space.graph(one) for one in architectures])


@pytest.mark.slow
def test_cells_are_as_many_as_by_node_by_node_hashing() -> None:
    space = spaces.get("nasbench201")
    cell = "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|"
    operations = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
    texts = [cell.format(*chosen) for chosen in product(operations, repeat=6)]
    graphs = [space.graph(space.parse(text)) for text in texts]
    _assert_same_partition(graphs)
    assert len({*fingerprints(graphs)}) == 5260


def test_the_lanes_are_independent() -> None:
    """Each half of the hashes tells graphs apart alone, and their bits are even."""
    space = spaces.get("nasbench101")
    rng = np.random.default_rng(0)
    hashes = {*fingerprints(space.graph(space.sample(rng)) for _ in range(300))}
    halves = np.array([[int(one[:16], 16), int(one[16:], 16)] for one in hashes], np.uint64)
    assert all(len(np.unique(half)) == len(hashes) for half in halves.T)
    bits = np.unpackbits(halves.view(np.uint8), axis=1)
    deviation = 0.5 / np.sqrt(len(hashes))
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 5 * deviation


def test_a_layout_hash_sees_order_and_parameters() -> None:
    def graph(first: int, second: int) -> ComputationGraph:
        build = GraphBuilder()
        x = build.input((2, 4, 4))
        branches = [build.conv(x, 2, kernel=kernel) for kernel in (first, second)]
        build.output(build.add(*branches))
        return build.build()

    def layout(graph: ComputationGraph) -> str:
        return layout_hashes(GraphBatch.of([graph]))[0]

    one, turned = graph(1, 3), graph(3, 1)
    assert hash_of(one) == hash_of(turned)
    assert layout(one) != layout(turned)
    assert layout(one) == layout(graph(1, 3))
    assert layout(replace(one, node_parameters=one.node_parameters + 1)) != layout(one)


def _assert_same_partition(graphs: Sequence[ComputationGraph]) -> None:
    """Two graphs have one hash where they had one by hash version 1."""
    forms = canonical(GraphBatch.of(graphs))
    pairs = set(zip(graph_hashes(forms), map(node_by_node_hash, forms), strict=True))
    assert len(pairs) == len({new for new, _ in pairs}) == len({old for _, old in pairs})
