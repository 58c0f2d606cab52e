"""Arithmetic with fixed numbers is not structure.

Rule: scales and shifts by a number are removed; so are sums, differences and products
with a constant tensor or a single learned number, and quotients by one. What a fixed
number does, the weights around it can do as well, and exporters fold it into them.

Before: any batch. After: no `SCALE`, and no constant in arithmetic with a tensor.
"""

import numpy as np

from gennape.graph.arrays import OUTPUT_SHAPE
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import bypass, rewire

_ARITHMETIC = frozenset({Op.ADD, Op.SUB, Op.MUL, Op.DIV})


def drop_scalar_arithmetic(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    batch = bypass(batch, batch.operations == Op.SCALE)
    op = batch.operations
    one_number = (op == Op.PARAMETER) & (batch.attributes[:, OUTPUT_SHAPE] == 1).all(axis=1)
    constant = (op == Op.CONSTANT) | one_number
    if not constant.any():
        return batch
    source, target = batch.edges
    dropped = constant[source] & batch.is_in(_ARITHMETIC)[target]
    position = np.arange(batch.num_edges) - batch.first_edge[target]
    dropped &= (op[target] != Op.DIV) | (position > 0)
    left = batch.in_degree - np.bincount(target[dropped], minlength=batch.num_nodes)
    dropped &= left[target] > 0
    return rewire(batch, batch.edges.compress(~dropped, axis=1)) if dropped.any() else batch
