"""A learned vector behind a convolution or a normalisation becomes part of it.

Rule: a sum or product of a convolution, or of a normalisation, that nobody else uses,
and a learned vector of one number a channel is removed. The vector is a bias or a gain
of what comes before it, written apart (a bias behind `MatMul`, a layer scale).

Before: any batch. After: no such sum or product is left.
"""

import numpy as np

from gennape.graph.batch import GraphBatch
from gennape.graph.operations import NORMALISATIONS, Op
from gennape.graph.passes.rewrite import merge_nodes
from gennape.utils.array_types import BoolArray, IntArray

_AFFINE = frozenset({Op.ADD, Op.MUL})
_TAKES_VECTORS = frozenset({*NORMALISATIONS, Op.CONV, Op.CONV_TRANSPOSE})


def fold_affine(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    if not (batch.operations == Op.PARAMETER).any():
        return batch
    candidates = batch.is_in(_AFFINE) & (batch.in_degree == 2)
    takes = batch.is_in(_TAKES_VECTORS) & (batch.out_degree == 1)
    first, second = batch.argument(0), batch.argument(1)
    folded = candidates & takes[first] & _is_vector_for(batch, first, second)
    swapped = candidates & takes[second] & _is_vector_for(batch, second, first)
    return merge_nodes(batch, folded | swapped, np.where(swapped, second, first))


def _is_vector_for(batch: GraphBatch, x: IntArray, vector: IntArray) -> BoolArray:
    """Whether `vector` is learned and has one number for each channel of `x`."""
    shapes = batch.output_shape
    result: BoolArray = (
        (batch.operations[vector] == Op.PARAMETER)
        & (shapes[vector, 0] == shapes[x, 0])
        & (shapes[vector, 1:] == 1).all(axis=1)
    )
    return result
