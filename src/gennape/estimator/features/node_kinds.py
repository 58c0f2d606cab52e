"""Kinds of nodes, by which families are told apart."""

import numpy as np

from gennape.graph import GraphBatch, Op
from gennape.utils.array_types import IntArray

_LARGEST = 31
"""Kernels, strides and dilations above this count as this."""


def node_kinds(batch: GraphBatch) -> IntArray:
    """Number the kinds of nodes, `(nodes,)`, int64.

    Nodes are of one kind when operation, kernel, stride, dilation and grouping (none,
    some, depthwise) agree; inputs when their shapes agree.
    """
    is_grouped = batch.groups > 1
    is_depthwise = is_grouped & (batch.groups == batch.input_shape[:, 0])
    grouping = is_grouped.astype(np.int64) + is_depthwise
    kinds: IntArray = batch.operations.astype(np.int64) * 3 + grouping
    for column in np.hstack([batch.kernel, batch.stride, batch.dilation]).T:
        kinds = kinds * (_LARGEST + 1) + np.minimum(column, _LARGEST)
    inputs = batch.operations == Op.INPUT
    channels, height, width = batch.output_shape[inputs].astype(np.int64).T
    kinds[inputs] = -((channels << 40) + (height << 20) + width)
    return kinds


def convolution_widths(batch: GraphBatch) -> IntArray:
    """Return output channels of convolutions, 0 for every other node, `(nodes,)`, int64.

    The width of a classifier says how many classes there are, nothing of the family.
    """
    convolutions = batch.operations == Op.CONV
    return np.where(convolutions, batch.output_shape[:, 0], 0).astype(np.int64)
