"""Zeros vanish from sums, and what is computed from zeros alone counts as zero.

Rules:

- what is computed from zeros alone does not depend on the network's input (behind a bias
  or a batch norm it is a constant, without them zero) and counts as zero, and so does any
  product with zeros;
- zeros are left out of a sum;
- zeros depend on nothing: their argument becomes the first input of their graph.

Before: any batch. After: no sum has an argument that is zero, unless all are.
"""

import numpy as np

from gennape.graph.arrays import INPUT_SHAPE, OUTPUT_SHAPE
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import SOURCES, Op
from gennape.graph.passes.rewrite import rewire
from gennape.utils.array_types import BoolArray, IntArray

_NEVER_ZERO = frozenset({*SOURCES, Op.OUTPUT})


def propagate_zero(batch: GraphBatch) -> GraphBatch:
    """Apply the rules of this module to every graph."""
    if not (batch.operations == Op.ZERO).any():
        return batch
    zero = _zeros(batch)
    nodes = np.flatnonzero(zero)
    first, read = batch.first_edge[nodes], _first_inputs(batch, nodes)
    source, target = batch.edges
    dropped = zero[source] & (batch.operations[target] == Op.ADD) | zero[target]
    dropped[first] = False
    is_done = (batch.operations[nodes] == Op.ZERO) & (source[first] == read)
    if is_done.all() and not dropped.any():
        return batch
    operations, attributes = batch.operations.copy(), batch.attributes.copy()
    edges = batch.edges.copy()
    operations[nodes] = Op.ZERO
    attributes[nodes, INPUT_SHAPE] = attributes[read, OUTPUT_SHAPE]
    edges[0, first] = read
    return rewire(batch, edges.compress(~dropped, axis=1), operations, attributes)


def _zeros(batch: GraphBatch) -> BoolArray:
    """Which nodes hold nothing but zeros, or a constant made of them."""
    zero: BoolArray = batch.operations == Op.ZERO
    can_be_zero, product = ~batch.is_in(_NEVER_ZERO), batch.operations == Op.MUL
    zeros = np.zeros(batch.num_nodes, dtype=np.int64)
    found = np.flatnonzero(zero)
    while len(found):
        users = batch.users(found)
        np.add.at(zeros, users, 1)
        users = np.unique(users)
        all_zero = can_be_zero[users] & (zeros[users] == batch.in_degree[users])
        found = users[(all_zero | product[users]) & ~zero[users]]
        zero[found] = True
    return zero


def _first_inputs(batch: GraphBatch, nodes: IntArray) -> IntArray:
    """The first input of the graph of each node."""
    inputs = np.flatnonzero(batch.operations == Op.INPUT)
    graphs, firsts = np.unique(batch.graph_index[inputs], return_index=True)
    return inputs[firsts][np.searchsorted(graphs, batch.graph_index[nodes])]
