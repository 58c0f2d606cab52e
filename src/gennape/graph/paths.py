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
    order, groups = group_by_level(levels(nodes), nodes.edges[1])
    arguments = nodes.edges[0][order]
    degree = nodes.in_degree.astype(np.float64)
    for group, edges, first in groups:
        before = arguments[edges]
        longest[group] += np.maximum.reduceat(longest[before], first)
        shortest[group] += np.minimum.reduceat(shortest[before], first)
        mean[group] += np.add.reduceat(mean[before], first) / degree[group]
    return np.stack([longest, shortest, mean], axis=1)


def levels(nodes: NodeArrays) -> IntArray:
    """Count the nodes before each node on the longest path to it, `(nodes,)`.

    Args:
        nodes: A graph or a batch, its edges sorted by target.
    """
    level = [0] * nodes.num_nodes
    for source, target in zip(*nodes.edges.tolist(), strict=True):  # in order of targets
        if level[source] >= level[target]:
            level[target] = level[source] + 1
    return np.array(level, dtype=np.int64)


class LevelGroup(NamedTuple):
    """Nodes of one level, which can be computed at once.

    Attributes:
        nodes: Sorted, `(nodes,)`.
        edges: Which edges end at them.
        first: Where in these the edges of each node begin, `(nodes,)`.
    """

    nodes: IntArray
    edges: slice
    first: IntArray


def _by_level_and_end(level: IntArray, ends: IntArray) -> IntArray:
    """Sort edges by the level of their ends and by these, `(edges,)`; else as they were.

    Levels of 16 bits are sorted by their digits, several times as fast as larger numbers.
    """
    is_small = max(level.max(initial=0), -level.min(initial=0)) < np.iinfo(np.int16).max
    levels = level[ends].astype(np.int16 if is_small else np.int64)
    if (ends[1:] >= ends[:-1]).all():
        return np.argsort(levels, kind="stable")
    by_end = np.argsort(ends, kind="stable")
    return by_end[np.argsort(levels[by_end], kind="stable")]


def group_by_level(level: IntArray, ends: IntArray) -> tuple[IntArray, list[LevelGroup]]:
    """Group the nodes at which edges end by their level.

    Args:
        level: Of each node, `(nodes,)`.
        ends: The node at which each edge ends, `(edges,)`.

    Returns:
        The order of the edges that groups refer to, `(edges,)`: by level and end, and else as
        they were; and the groups, the lowest level first.
    """
    order = _by_level_and_end(level, ends)
    ordered = ends[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    nodes = ordered[first]
    starts = np.flatnonzero(np.diff(level[nodes], prepend=level.min(initial=0) - 1)).tolist()
    begins = [*first[starts].tolist(), len(order)]
    return order, [
        LevelGroup(nodes[start:stop], slice(begin, end), first[start:stop] - begin)
        for (start, stop), (begin, end) in zip(
            pairwise([*starts, len(nodes)]), pairwise(begins), strict=True
        )
    ]
