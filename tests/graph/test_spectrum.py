import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, spectrum
from gennape.graph.spectrum import laplacian_eigenvalues
from helpers.executable_networks import executable_networks


def _oracle(graph: ComputationGraph, k: int) -> list[float]:
    """What networkx says, padded with zeros."""
    simple = nx.Graph(graph.edges.T.tolist())
    simple.add_nodes_from(range(graph.num_nodes))
    values = sorted(nx.normalized_laplacian_spectrum(simple))[:k]
    return [*values, *[0.0] * (k - len(values))]


def _chain(length: int) -> ComputationGraph:
    """Input, activations, output: a path of `length` nodes."""
    build = GraphBuilder()
    x = build.input((1, 1, 1))
    for _ in range(length - 2):
        x = build.relu(x)
    build.output(x)
    return build.build()


@given(st.lists(executable_networks(), min_size=1, max_size=4), st.integers(1, 25))
@settings(max_examples=50)
def test_eigenvalues_are_those_of_networkx(graphs: list[ComputationGraph], k: int) -> None:
    values = laplacian_eigenvalues(GraphBatch.of(graphs), k)
    assert values.shape == (len(graphs), k)
    np.testing.assert_allclose(values, [_oracle(graph, k) for graph in graphs], atol=1e-8)


def test_a_path_by_hand() -> None:
    """Eigenvalues of a path of n nodes are 1 - cos(pi j / (n - 1))."""
    values = laplacian_eigenvalues(_chain(5), k=7)
    expected = [1 - np.cos(np.pi * j / 4) for j in range(5)] + [0, 0]
    np.testing.assert_allclose(values, [expected], atol=1e-12)


def test_repeated_edges_and_directions_do_not_matter() -> None:
    build = GraphBuilder()
    x = build.relu(build.input((1, 1, 1)))
    build.output(build.add(x, x))
    np.testing.assert_allclose(
        laplacian_eigenvalues(build.build()), laplacian_eigenvalues(_chain(4)), atol=1e-12
    )


def test_stacks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = GraphBatch.of([_chain(length) for length in (5, 30, 12, 2, 30)])
    together = laplacian_eigenvalues(batch)
    monkeypatch.setattr(spectrum, "_STACK_ELEMENTS", 1)
    np.testing.assert_allclose(laplacian_eigenvalues(batch), together, atol=1e-12)


def test_an_empty_batch() -> None:
    assert laplacian_eigenvalues(GraphBatch.of([])).shape == (0, 21)
