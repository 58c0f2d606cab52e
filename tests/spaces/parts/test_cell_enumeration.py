from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, permutations, product
from pathlib import Path

import networkx as nx
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest

from gennape import spaces
from gennape.spaces.nasbench101 import MAX_EDGES, OPERATIONS, NASBench101Architecture

SPACE = spaces.get("nasbench101")

COUNTS = {2: 1, 3: 6, 4: 84, 5: 2_441, 6: 62_010, 7: 359_082}
"""Cells by number of vertices; together the 423,624 of the paper."""


def _vertices(cell: NASBench101Architecture) -> int:
    return len(cell.operations) + 2


def _small_cells(largest: int) -> Iterator[NASBench101Architecture]:
    """The enumeration goes from small to large."""
    for cell in SPACE.enumerate():
        if _vertices(cell) > largest:
            return
        yield cell


def _graph(edges: Iterable[tuple[int, int]], labels: Iterable[str]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from((node, {"label": label}) for node, label in enumerate(labels))
    graph.add_edges_from(edges)
    return graph


def _labelled_cells(vertices: int) -> Iterator[nx.DiGraph]:
    """All labelled cells without idle vertices, isomorphic ones many times."""
    pairs = list(combinations(range(vertices), 2))
    for chosen in product((False, True), repeat=len(pairs)):
        edges = [pair for pair, taken in zip(pairs, chosen, strict=True) if taken]
        bare = _graph(edges, [""] * vertices)
        idle = {0, *nx.descendants(bare, 0)} & {vertices - 1, *nx.ancestors(bare, vertices - 1)}
        if len(idle) < vertices or len(edges) > MAX_EDGES:
            continue
        for operations in product(OPERATIONS, repeat=vertices - 2):
            yield _graph(edges, ["input", *operations, "output"])


def _brute_force_count(vertices: int) -> int:
    """Isomorphism classes found by pairwise comparison."""
    classes = defaultdict(list)
    for graph in _labelled_cells(vertices):
        degrees = Counter(
            (graph.nodes[node]["label"], graph.in_degree(node), graph.out_degree(node))
            for node in graph
        )
        representatives = classes[frozenset(degrees.items())]
        if not any(
            nx.is_isomorphic(graph, other, node_match=lambda a, b: a == b)
            for other in representatives
        ):
            representatives.append(graph)
    return sum(map(len, classes.values()))


@pytest.mark.parametrize("vertices", [2, 3, 4, pytest.param(5, marks=pytest.mark.slow)])
def test_counts_of_isomorphism_classes(vertices: int) -> None:
    counts = Counter(map(_vertices, _small_cells(vertices)))
    assert counts[vertices] == _brute_force_count(vertices) == COUNTS[vertices]


def _canonical_keys(
    matrices: npt.NDArray[np.int64], operations: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The smallest number that any numbering of the interior vertices gives each cell.

    Args:
        matrices: Adjacency matrices, `(cells, vertices, vertices)`.
        operations: 0, 1 or 2 for each interior vertex, `(cells, vertices - 2)`.
    """
    vertices = matrices.shape[1]
    edges = {
        (source, target): np.ascontiguousarray(matrices[:, source, target])
        for source, target in combinations(range(vertices), 2)
    }
    smallest = np.full(len(matrices), np.iinfo(np.int64).max)
    for interior in permutations(range(1, vertices - 1)):
        number = [0, *interior, vertices - 1]  # of each vertex
        key = np.zeros_like(smallest)
        for (source, target), column in edges.items():
            key += column << (number[source] * vertices + number[target])
        key *= 3 ** (vertices - 2)
        for column, vertex in zip(operations.T, interior, strict=True):
            key += column * 3 ** (vertex - 1)
        np.minimum(smallest, key, out=smallest)
    return smallest


def _keys_of_cells(cells: list[NASBench101Architecture]) -> npt.NDArray[np.int64]:
    vertices = _vertices(cells[0])
    matrices = np.zeros((len(cells), vertices, vertices), dtype=np.int64)
    for matrix, cell in zip(matrices, cells, strict=True):
        matrix[tuple(np.array(cell.edges).T)] = 1
    operations = [[OPERATIONS.index(name) for name in cell.operations] for cell in cells]
    return _canonical_keys(matrices, np.array(operations, dtype=np.int64).reshape(len(cells), -1))


def _keys_of_table(path: Path, vertices: int) -> npt.NDArray[np.int64]:
    """Bit x + y (y - 1) / 2 is the edge from x to y."""
    table = pq.read_table(path, filters=[("num_vertices", "=", vertices)])
    bits = table["adjacency_bits"].to_numpy()
    matrices = np.zeros((len(table), vertices, vertices), dtype=np.int64)
    for source, target in combinations(range(vertices), 2):
        matrices[:, source, target] = bits >> (source + target * (target - 1) // 2) & 1
    codes = [[int(code) for code in text] for text in table["operation_codes"].to_pylist()]
    return _canonical_keys(matrices, np.array(codes, dtype=np.int64).reshape(len(table), -1))


def test_no_small_cell_comes_twice() -> None:
    by_size = defaultdict(list)
    for cell in _small_cells(5):
        by_size[_vertices(cell)].append(cell)
    for vertices, cells in by_size.items():
        assert len(np.unique(_keys_of_cells(cells))) == len(cells) == COUNTS[vertices]


@pytest.mark.slow
def test_the_whole_enumeration_is_the_published_set(data_folder: Path) -> None:
    path = data_folder / "nasbench101_all_cells.parquet"
    by_size = defaultdict(list)
    for cell in SPACE.enumerate():
        by_size[_vertices(cell)].append(cell)
    assert {vertices: len(cells) for vertices, cells in by_size.items()} == COUNTS
    assert sum(COUNTS.values()) == 423_624
    for vertices, cells in by_size.items():
        ours, published = np.sort(_keys_of_cells(cells)), np.sort(_keys_of_table(path, vertices))
        assert len(np.unique(ours)) == len(ours)
        np.testing.assert_array_equal(ours, published)
