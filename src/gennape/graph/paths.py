"""What lies on the paths from the input to each node."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph.arrays import BoolArray, IntArray, NodeArrays
from gennape.graph.batch import ranges


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
    depths = np.repeat(lengths.astype(np.float32)[:, None], 3, axis=1)
    arguments = nodes.edges[0]
    for level in _levels(nodes):
        degree = nodes.in_degree[level]
        before = depths[arguments[ranges(nodes.first_edge[level], degree)]]
        first = np.cumsum(degree) - degree
        depths[level, 0] += np.maximum.reduceat(before[:, 0], first)
        depths[level, 1] += np.minimum.reduceat(before[:, 1], first)
        depths[level, 2] += np.add.reduceat(before[:, 2], first) / degree
    return depths


def _levels(nodes: NodeArrays) -> Iterator[IntArray]:
    """Nodes with arguments, in groups whose arguments all lie in earlier groups."""
    by_source = np.argsort(nodes.edges[0], kind="stable")
    users = nodes.edges[1][by_source]
    first_user = np.cumsum(nodes.out_degree) - nodes.out_degree
    waiting = nodes.in_degree.copy()
    level = np.flatnonzero(waiting == 0)
    while len(level):
        reached = users[ranges(first_user[level], nodes.out_degree[level])]
        np.subtract.at(waiting, reached, 1)
        level = np.unique(reached[waiting[reached] == 0])
        if len(level):
            yield level
