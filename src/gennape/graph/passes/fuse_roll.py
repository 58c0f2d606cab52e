"""A tensor put together from its own two parts in the other order is rolled.

Rules: the concatenation of the end of a tensor and its beginning is a roll, and a roll
that only feeds a roll is part of it.

Before: any batch. After: no such concatenation and no two rolls in a row.
"""

import numpy as np

from gennape.graph.arrays import INPUT_SHAPE, OUTPUT_SHAPE
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import bypass, only_user, replace_arguments
from gennape.graph.slices import slice_starts
from gennape.utils.array_types import BoolArray, IntArray


def fuse_roll(batch: GraphBatch) -> GraphBatch:
    """Apply the rules of this module to every graph."""
    joins = np.flatnonzero((batch.operations == Op.CONCAT) & (batch.in_degree == 2))
    joins = joins[_are_rolls(batch, joins)]
    if len(joins):
        operations, attributes = batch.operations.copy(), batch.attributes.copy()
        operations[joins] = Op.ROLL
        attributes[joins, INPUT_SHAPE] = attributes[joins, OUTPUT_SHAPE]
        x = batch.argument(0)[batch.argument(0)[joins]]
        batch = replace_arguments(batch, joins, x, operations, attributes)
    rolls = batch.operations == Op.ROLL
    return bypass(batch, rolls & rolls[only_user(batch)]) if rolls.any() else batch


def _are_rolls(batch: GraphBatch, joins: IntArray) -> BoolArray:
    """Whether the arguments of each node are the end and the beginning of one tensor."""
    end, beginning = batch.argument(0)[joins], batch.argument(1)[joins]
    result: BoolArray = (
        (batch.operations[end] == Op.SLICE)
        & (batch.operations[beginning] == Op.SLICE)
        & (batch.argument(0)[beginning] == batch.argument(0)[end])
    )
    whole, joined = batch.attributes[end, INPUT_SHAPE], batch.attributes[joins, OUTPUT_SHAPE]
    result &= (whole == joined).all(axis=1)
    for index in np.flatnonzero(result):
        first, second = (batch.details.get(int(part[index]), {}) for part in (end, beginning))
        result[index] = bool(slice_starts(first)) and not slice_starts(second)
    return result
