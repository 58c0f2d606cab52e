"""Nodes that return their argument.

Rule: a sum, product or concatenation of one tensor, a slice of everything, a pooling of
single elements and a resize to the same size are removed.

Before: any batch. After: none of these is left.
"""

import numpy as np

from gennape.graph.arrays import INPUT_SHAPE, KERNEL, OUTPUT_SHAPE, PADDING, STRIDE
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import POOLINGS, Op
from gennape.graph.passes.rewrite import bypass

_JOINS = frozenset({Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.CONCAT, Op.MAXIMUM, Op.MINIMUM})
_PARTS = frozenset({*POOLINGS, Op.SLICE, Op.RESIZE, Op.PAD})


def drop_trivial(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    trivial = batch.is_in(_JOINS) & (batch.in_degree == 1)
    nodes = np.flatnonzero(batch.is_in(_PARTS))
    columns = batch.attributes.take(nodes, axis=0)
    unchanged = (columns[:, INPUT_SHAPE] == columns[:, OUTPUT_SHAPE]).all(axis=1)
    unchanged &= (columns[:, KERNEL] == 1).all(axis=1) & (columns[:, STRIDE] == 1).all(axis=1)
    unchanged &= (columns[:, PADDING] == 0).all(axis=1)
    trivial[nodes] = unchanged
    return bypass(batch, trivial)
