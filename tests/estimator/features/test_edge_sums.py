import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gennape.estimator.features.edge_sums import EdgeSums

NODES = 7
EDGES = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=60)


def _edge_sums(edges: list[tuple[int, int]]) -> EdgeSums:
    ends, others = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    return EdgeSums.of(ends, others, NODES)


@given(EDGES)
def test_sums_and_means_are_those_of_a_loop(edges: list[tuple[int, int]]) -> None:
    rows = np.arange(NODES * 3, dtype=np.float64).reshape(NODES, 3) + 1
    expected, counts = np.zeros_like(rows), np.zeros((NODES, 1))
    for end, other in edges:
        expected[end] += rows[other]
        counts[end] += 1
    sums = _edge_sums(edges)
    np.testing.assert_array_equal(sums.sums(rows), expected)
    np.testing.assert_allclose(sums.means(rows), expected / np.maximum(counts, 1), rtol=1e-6)


def test_a_node_with_a_hundred_edges() -> None:
    edges = [(2, number % NODES) for number in range(100)]
    rows = np.ones((NODES, 2), dtype=np.float32)
    assert _edge_sums(edges).sums(rows)[:, 0].tolist() == [0, 0, 100, 0, 0, 0, 0]


def test_no_nodes() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert EdgeSums.of(nothing, nothing, 0).means(np.zeros((0, 3))).shape == (0, 3)
