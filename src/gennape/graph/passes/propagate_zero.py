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
from gennape.graph.passes.rewrite import replace_arguments, rewire
from gennape.utils.array_types import BoolArray

_NEVER_ZERO = frozenset({*SOURCES, Op.OUTPUT})


def propagate_zero(batch: GraphBatch) -> GraphBatch:
    """Apply the rules of this module to every graph."""
    if not (batch.operations == Op.ZERO).any():
        return batch
    zero = _zeros(batch)
    batch = _attach_to_input(batch, zero)
    zero = batch.operations == Op.ZERO
    source, target = batch.edges
    dropped = zero[source] & (batch.operations[target] == Op.ADD)
    return rewire(batch, batch.edges[:, ~dropped]) if dropped.any() else batch


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


def _attach_to_input(batch: GraphBatch, zero: BoolArray) -> GraphBatch:
    """The batch where all `zero` nodes are `ZERO` and read the input."""
    inputs = np.flatnonzero(batch.operations == Op.INPUT)
    graphs, firsts = np.unique(batch.graph_index[inputs], return_index=True)
    nodes = np.flatnonzero(zero)
    source = inputs[firsts][np.searchsorted(graphs, batch.graph_index[nodes])]
    is_done = (batch.operations[nodes] == Op.ZERO) & (batch.argument(0)[nodes] == source)
    if is_done.all():
        return batch
    operations, attributes = batch.operations.copy(), batch.attributes.copy()
    operations[nodes] = Op.ZERO
    attributes[nodes, INPUT_SHAPE] = attributes[source, OUTPUT_SHAPE]
    return replace_arguments(batch, nodes, source, operations=operations, attributes=attributes)
