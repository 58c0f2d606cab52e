"""The shape of a network as a spectrum: eigenvalues of its graph Laplacian.

A graph is read as undirected and simple: directions, repeated edges and operations do
not matter. With adjacency matrix A and degrees D the symmetric normalised Laplacian is
`I - D^-1/2 A D^-1/2`, whose eigenvalues lie in [0, 2] (Chung, Spectral Graph Theory,
1997). We keep the **smallest** ones: they describe the large-scale structure, and they
place a cell nearer to its one-change neighbour than to a random cell more often than
the largest ones do (NB-101: 0.67 against 0.66 of pairs, NB-201: 0.72 against 0.70).
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gennape.graph.batch import GraphBatch
from gennape.graph.computation_graph import ComputationGraph
from gennape.utils.array_types import IntArray

_STACK_ELEMENTS = 1 << 18
"""Matrix elements worked on at once: 2 MB, which stays in the cache."""

_BEYOND = 3.0
"""Eigenvalue of the nodes that fill a matrix up: above 2, so they come last."""


def laplacian_eigenvalues(
    graphs: ComputationGraph | GraphBatch, k: int = 21
) -> npt.NDArray[np.float64]:
    """The `k` smallest eigenvalues of each normalised Laplacian, ascending.

    Args:
        graphs: One graph or a batch.
        k: How many; a graph with fewer nodes is padded with zeros at the end.

    Returns:
        Eigenvalues, `(graphs, k)`.
    """
    batch = graphs if isinstance(graphs, GraphBatch) else GraphBatch.of([graphs])
    result = np.zeros((len(batch), k))
    for chosen in _stacks(np.diff(batch.node_offsets)):
        smallest = np.linalg.eigvalsh(_laplacians(batch.take(chosen)))[:, :k]
        smallest[smallest > 2.5] = 0.0
        result[chosen, : smallest.shape[1]] = smallest
    return result


def _stacks(sizes: IntArray) -> Iterator[IntArray]:
    """Graphs of similar size, as many as fit into `_STACK_ELEMENTS`; the largest first."""
    order = np.argsort(-sizes, kind="stable")
    start = 0
    while start < len(order):
        count = max(1, _STACK_ELEMENTS // int(sizes[order[start]]) ** 2)
        yield order[start : start + count]
        start += count


def _laplacians(batch: GraphBatch) -> npt.NDArray[np.float64]:
    """Normalised Laplacians, `(graphs, nodes, nodes)` for the largest number of nodes."""
    size = int(np.diff(batch.node_offsets).max())
    graph = batch.graph_index[batch.edges[1]]
    source, target = batch.edges - batch.node_offsets[graph]
    matrices = np.zeros((len(batch), size, size))
    matrices[graph, source, target] = 1
    matrices[graph, target, source] = 1
    degree = matrices.sum(axis=2)
    scale = 1 / np.sqrt(np.maximum(degree, 1))
    matrices *= -scale[:, :, None] * scale[:, None, :]
    diagonal = np.arange(size)
    exists = diagonal < np.diff(batch.node_offsets)[:, None]
    matrices[:, diagonal, diagonal] = np.where(exists, degree > 0, _BEYOND)
    return matrices
