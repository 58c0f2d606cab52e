"""A tensor put together from its own two parts in the other order is rolled.

Rules: the concatenation of the end of a tensor and its beginning is a roll, and a roll
that only feeds a roll is part of it.

Before: any batch. After: no such concatenation and no two rolls in a row.
"""

import numpy as np

from gennape.graph.arrays import INPUT_SHAPE, OUTPUT_SHAPE, BoolArray
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import bypass, only_user, take_over
from gennape.graph.slices import slice_starts


def fuse_roll(batch: GraphBatch) -> GraphBatch:
    """Apply the rules of this module to every graph."""
    joins = np.flatnonzero((batch.operations == Op.CONCAT) & (batch.in_degree == 2))
    joins = joins[_is_roll(batch)[joins]] if len(joins) else joins
    if len(joins):
        operations, attributes = batch.operations.copy(), batch.attributes.copy()
        operations[joins] = Op.ROLL
        attributes[joins, INPUT_SHAPE] = attributes[joins, OUTPUT_SHAPE]
        x = batch.argument(0)[batch.argument(0)[joins]]
        batch = take_over(batch, joins, x, operations, attributes)
    rolls = batch.operations == Op.ROLL
    return bypass(batch, rolls & rolls[only_user(batch)]) if rolls.any() else batch


def _is_roll(batch: GraphBatch) -> BoolArray:
    """Whether the arguments of each node are the end and the beginning of one tensor."""
    end, beginning = batch.argument(0), batch.argument(1)
    x = batch.argument(0)[end]
    op, outputs = batch.operations, batch.attributes[:, OUTPUT_SHAPE]
    starts = np.zeros(batch.num_nodes, dtype=bool)
    starts[[node for node, details in batch.details.items() if slice_starts(details)]] = True
    result: BoolArray = (
        (op[end] == Op.SLICE)
        & (op[beginning] == Op.SLICE)
        & (batch.argument(0)[beginning] == x)
        & (outputs == batch.attributes[end, INPUT_SHAPE]).all(axis=1)
        & starts[end]
        & ~starts[beginning]
    )
    return result
