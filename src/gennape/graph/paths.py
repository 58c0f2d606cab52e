"""Levels of nodes, and lengths of the paths from the input to them."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gennape.graph.arrays import NodeArrays
from gennape.utils.array_types import BoolArray, IntArray


def path_depths(
    nodes: NodeArrays, lengths: BoolArray | npt.NDArray[np.floating[Any]]
) -> npt.NDArray[np.float32]:
    """Longest, shortest and mean length of the paths from the input to each node.

    The mean is that of a walk that goes back from the node and takes each argument
    with equal probability.

    Args:
        nodes: A graph or a batch.
        lengths: What each node adds to the paths through it, `(nodes,)`; which nodes
            count, where each adds one or nothing. A node itself counts.

    Returns:
        `(nodes, 3)`.
    """
    longest, shortest, mean = np.repeat(lengths.astype(np.float32)[None], 3, axis=0)
    order, waves = in_waves(levels(nodes), nodes.edges[1])
    arguments = nodes.edges[0][order]
    degree = nodes.in_degree.astype(np.float64)
    for wave, edges, first in waves:
        before = arguments[edges]
        longest[wave] += np.maximum.reduceat(longest[before], first)
        shortest[wave] += np.minimum.reduceat(shortest[before], first)
        mean[wave] += np.add.reduceat(mean[before], first) / degree[wave]
    return np.stack([longest, shortest, mean], axis=1)


def levels(nodes: NodeArrays) -> IntArray:
    """How many nodes lie before each node on the longest path to it, `(nodes,)`."""
    level = [0] * nodes.num_nodes
    for source, target in zip(*nodes.edges.tolist(), strict=True):  # in order of targets
        if level[source] >= level[target]:
            level[target] = level[source] + 1
    return np.array(level, dtype=np.int64)


class Wave(NamedTuple):
    """Nodes that can be computed at once.

    Attributes:
        nodes: Sorted, `(nodes,)`.
        edges: Which edges end at them.
        first: Where in these the edges of each node begin, `(nodes,)`.
    """

    nodes: IntArray
    edges: slice
    first: IntArray


def in_waves(level: IntArray, ends: IntArray) -> tuple[IntArray, list[Wave]]:
    """Nodes at which edges end, wave after wave.

    Args:
        level: Of each node, `(nodes,)`; nodes of equal level make one wave.
        ends: The node at which each edge ends, `(edges,)`.

    Returns:
        The order of the edges that waves speak of, `(edges,)`: by level and end, and else as
        they were; and the waves, the lowest level first.
    """
    order = np.lexsort((ends, level[ends]))
    ordered = ends[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    nodes = ordered[first]
    starts = np.flatnonzero(np.diff(level[nodes], prepend=level.min(initial=0) - 1)).tolist()
    begins = [*first[starts].tolist(), len(order)]
    return order, [
        Wave(nodes[start:stop], slice(begin, end), first[start:stop] - begin)
        for (start, stop), (begin, end) in zip(
            pairwise([*starts, len(nodes)]), pairwise(begins), strict=True
        )
    ]
