"""Sums of rows over the edges of each node."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gennape.graph.arrays import ranges
from gennape.utils.array_types import FloatArray, IntArray

_ROUNDS = 4
"""Edges of a node that are added one after another; nodes with more are few."""


@dataclass(frozen=True)
class EdgeSums:
    """Edges sorted by the node at one end, so that several sums over them take little time.

    The first edges of all nodes are added at once, then the second edges of the nodes that have
    one, and so on: that is several times faster than `np.add.reduceat`, which is quick only
    where nodes have many edges.

    Attributes:
        first: The node at the other end of each node's first edge, `(nodes,)`; 0 where there is
            no edge.
        lonely: Nodes without edges.
        further: Nodes with a second edge and what is at its other end, then those with a third.
        crowded: Nodes with still more edges, the first place of each in `crowd`.
        crowd: The nodes at the other ends of those edges.
        shares: One over the number of edges, at least one, `(nodes, 1)`, float32.
    """

    first: IntArray
    lonely: IntArray
    further: Sequence[tuple[IntArray, IntArray]]
    crowded: tuple[IntArray, IntArray]
    crowd: IntArray
    shares: FloatArray

    @classmethod
    def of(cls, ends: IntArray, others: IntArray, nodes: int) -> "EdgeSums":
        """Sort edges.

        Args:
            ends: The node that each edge counts for, `(edges,)`.
            others: The node at its other end, `(edges,)`.
            nodes: Number of nodes.
        """
        others = others[np.argsort(ends, kind="stable")]
        counts = np.bincount(ends, minlength=nodes)
        start = np.cumsum(counts) - counts
        first = np.zeros(nodes, dtype=np.int64)
        first[counts > 0] = others[start[counts > 0]]
        further = []
        for place in range(1, min(_ROUNDS, counts.max(initial=0))):
            wanted = np.flatnonzero(counts > place)
            further.append((wanted, others[start[wanted] + place]))
        crowded = np.flatnonzero(counts > _ROUNDS)
        more = counts[crowded] - _ROUNDS
        crowd = ranges(start[crowded] + _ROUNDS, more)
        shares = 1 / np.maximum(counts, 1)
        return cls(
            first=first,
            lonely=np.flatnonzero(counts == 0),
            further=further,
            crowded=(crowded, np.cumsum(more) - more),
            crowd=others[crowd],
            shares=shares.astype(np.float32)[:, None],
        )

    def sums(self, rows: FloatArray) -> FloatArray:
        """Sum the rows at the other ends, `(nodes, columns)` to the same; 0 without edges."""
        total = rows.take(self.first, axis=0)
        total[self.lonely] = 0
        for nodes, others in self.further:
            total[nodes] += rows.take(others, axis=0)
        nodes, starts = self.crowded
        if len(nodes):
            total[nodes] += np.add.reduceat(rows.take(self.crowd, axis=0), starts, axis=0)
        return total

    def means(self, rows: FloatArray) -> FloatArray:
        """Average the rows at the other ends, `(nodes, columns)` to the same; 0 without edges."""
        means = self.sums(rows)
        means *= self.shares
        return means
