"""What follows what in a network: features of nodes a few steps apart, multiplied."""

from typing import Any

import numpy as np

from gennape.estimator.graph_features import FloatArray, GraphFeatures

STEPS = 3


def walk_moments(features: GraphFeatures, steps: int = STEPS) -> FloatArray:
    """Mean products of node features with those of the nodes some steps before.

    For each number of steps k the matrix `(A^k X)^T X / nodes` of a graph: A takes the mean over
    a node's arguments, X are the node features less their mean in the graph. It says how often a
    kernel of 3 comes after a concatenation, how much narrower a node is than what it reads, and
    the like. No training is needed for it, so it describes every family equally well.

    Args:
        features: Networks.
        steps: The largest k.

    Returns:
        `(graphs, steps x features x features)`, float32.
    """
    counts = features.node_counts
    nodes = features.nodes - np.repeat(features.means(), counts, axis=0)
    mean_of_arguments = _mean_of_arguments(features)
    moments = []
    before = nodes
    for _ in range(steps):
        before = mean_of_arguments @ before
        for column in before.T:  # one at a time: all products at once would be a large array
            sums = np.add.reduceat(column[:, None] * nodes, features.node_offsets[:-1], axis=0)
            moments.append(sums / counts[:, None].astype(np.float32))
    return np.hstack(moments)


def _mean_of_arguments(features: GraphFeatures) -> Any:
    """The sparse matrix that takes the mean over each node's arguments, `(nodes, nodes)`."""
    from scipy.sparse import csr_matrix  # slow to import, and scoring does not need it

    source, target = features.edges
    nodes = len(features.nodes)
    arguments = np.bincount(target, minlength=nodes)
    shares = (1 / arguments[target]).astype(np.float32)
    return csr_matrix((shares, (target, source)), shape=(nodes, nodes))
