"""One value for each channel is global pooling, whatever it is called.

Rule: a mean over all positions, or an average pooling whose single window covers them
all, is a global average pooling; so with the maximum.

Before: any batch. After: no mean, maximum or pooling maps (C, H, W) to (C, 1, 1) but a
global one.
"""

from dataclasses import replace

import numpy as np

from gennape.graph.arrays import INPUT_SHAPE, KERNEL, NO_ATTRIBUTES, OUTPUT_SHAPE, PADDING
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op

_GLOBAL = {
    Op.MEAN: Op.GLOBAL_AVG_POOL,
    Op.AVG_POOL: Op.GLOBAL_AVG_POOL,
    Op.MAX: Op.GLOBAL_MAX_POOL,
    Op.MAX_POOL: Op.GLOBAL_MAX_POOL,
}
_REDUCTIONS = frozenset({Op.MEAN, Op.MAX})
_CANDIDATES = frozenset(_GLOBAL)


def global_pooling(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    nodes = np.flatnonzero(batch.is_in(_CANDIDATES))
    columns = batch.attributes.take(nodes, axis=0)
    inputs, outputs = columns[:, INPUT_SHAPE], columns[:, OUTPUT_SHAPE]
    to_one = (inputs[:, 0] == outputs[:, 0]) & (outputs[:, 1:] == 1).all(axis=1)
    covers = (columns[:, KERNEL] == inputs[:, 1:]).all(axis=1)
    covers &= (columns[:, PADDING] == 0).all(axis=1)
    nodes = nodes[to_one & (covers | batch.is_in(_REDUCTIONS)[nodes])]
    if not len(nodes):
        return batch
    operations, attributes = batch.operations.copy(), batch.attributes.copy()
    operations[nodes] = [_GLOBAL[Op(op)] for op in operations[nodes]]
    attributes[nodes, : len(NO_ATTRIBUTES)] = NO_ATTRIBUTES
    return replace(batch, operations=operations, attributes=attributes)
