"""Enumeration of the labelled cells up to some size, each once.

Cells that differ only in the numbering of their vertices are one cell. Shapes are
enumerated without operations first; then each shape gets every assignment of
operations, of which those that an automorphism of the shape maps onto one another count
once.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations, product

import numpy as np

from gennape.utils.array_types import IntArray

Edges = tuple[tuple[int, int], ...]


def enumerate_cells(
    operations: Sequence[str], max_vertices: int, max_edges: int
) -> Iterator[tuple[tuple[str, ...], Edges]]:
    """Iterate over the interior operations and the edges of all cells, smallest cells first.

    Args:
        operations: Operations that an interior vertex may have.
        max_vertices: Largest number of vertices, input and output included.
        max_edges: Largest number of edges.
    """
    for vertices in range(2, max_vertices + 1):
        pairs = list(combinations(range(vertices), 2))
        assignments = list(product(operations, repeat=vertices - 2))
        for shape in _shapes(vertices, pairs, max_edges).tolist():
            edges = tuple(pair for bit, pair in enumerate(pairs) if shape >> bit & 1)
            for assignment in _distinct_assignments(edges, vertices, len(operations)):
                yield assignments[assignment], edges


def _shapes(vertices: int, pairs: list[tuple[int, int]], max_edges: int) -> IntArray:
    """Encode each shape as the smallest number of its numberings; bit i is the edge `pairs[i]`."""
    candidates = np.arange(1 << len(pairs), dtype=np.int64)
    candidates = candidates[np.bitwise_count(candidates) <= max_edges]
    for vertex in range(vertices):  # without idle vertices, all have edges on both sides
        if vertex > 0:
            candidates = candidates[(candidates & _mask(pairs, 1, vertex)) > 0]
        if vertex < vertices - 1:
            candidates = candidates[(candidates & _mask(pairs, 0, vertex)) > 0]
    smallest = candidates.copy()
    for order in _numberings(vertices):
        renumbered, allowed = np.zeros_like(candidates), np.ones(len(candidates), dtype=bool)
        for bit, (source, target) in enumerate(pairs):
            has_edge = candidates >> bit & 1
            pair = (order[source], order[target])
            if pair[0] < pair[1]:
                renumbered |= has_edge << pairs.index(pair)
            else:  # the edge would go backwards
                allowed &= has_edge == 0
        smallest = np.where(allowed, np.minimum(smallest, renumbered), smallest)
    return np.unique(smallest)


def _mask(pairs: list[tuple[int, int]], end: int, vertex: int) -> int:
    """Return the bits of the edges whose source (end 0) or target (end 1) is `vertex`."""
    return sum(1 << bit for bit, pair in enumerate(pairs) if pair[end] == vertex)


def _numberings(vertices: int) -> Iterator[tuple[int, ...]]:
    """Iterate over the ways to renumber the interior vertices."""
    for interior in permutations(range(1, vertices - 1)):
        yield (0, *interior, vertices - 1)


def _distinct_assignments(edges: Edges, vertices: int, operations: int) -> list[int]:
    """Find the positions, in the order of `itertools.product`, of assignments that differ truly."""
    interior = vertices - 2
    choices = np.array(list(product(range(operations), repeat=interior)), dtype=np.int64)
    place_values = operations ** np.arange(interior - 1, -1, -1)
    smallest = np.arange(len(choices))
    for order in _numberings(vertices):
        if {(order[source], order[target]) for source, target in edges} == set(edges):
            moved = [order[vertex] - 1 for vertex in range(1, vertices - 1)]
            smallest = np.minimum(smallest, choices[:, moved] @ place_values)
    positions: list[int] = np.unique(smallest).tolist()
    return positions
