"""Is a network an image classifier, which accuracies can be predicted of at all?"""

import numpy as np

from gennape.graph import GraphBatch, Op
from gennape.utils.array_types import IntArray

OUTSIDE_NOTES = (
    "",
    "it has several inputs, so it is no image classifier",
    "it has several outputs, so it is no image classifier; a detector's backbone can be judged",
    "it has no convolution and no attention, so nothing measured is like it",
    "its input is no image of one to four channels",
    "its output is a map or a sequence, so it is no image classifier",
    "it has fewer than two outputs to choose from, so it is no classifier",
)
"""Reasons why a network is outside; the first is for those that are not."""

_MOST_CHANNELS = 4


def outside_reasons(batch: GraphBatch) -> IntArray:
    """Find networks that are no image classifiers.

    Args:
        batch: Canonical graphs.

    Returns:
        Index into `OUTSIDE_NOTES`, 0 for an image classifier, `(graphs,)`.
    """
    inputs, outputs = (_nodes_of(batch, op) for op in (Op.INPUT, Op.OUTPUT))
    first_input, last_output = _end(batch, inputs[::-1]), _end(batch, outputs)
    shape, result = batch.output_shape[first_input], batch.output_shape[last_output]
    is_seeing = (shape[:, 0] <= _MOST_CHANNELS) & (shape[:, 1:].min(axis=1) > 1)
    problems = [
        _counts(batch, inputs) > 1,
        _counts(batch, outputs) > 1,
        _counts(batch, _layers(batch)) == 0,
        ~is_seeing,
        result[:, 1:].max(axis=1) > 1,
        result[:, 0] < 2,
    ]
    reasons: IntArray = np.select(problems, range(1, len(problems) + 1), default=0)
    return reasons


def _nodes_of(batch: GraphBatch, op: Op) -> IntArray:
    return np.flatnonzero(batch.operations == op)


def _layers(batch: GraphBatch) -> IntArray:
    """Convolutions with a kernel or on a map, and matrix products."""
    is_conv = batch.operations == Op.CONV
    on_map = batch.output_shape[:, 1:].max(axis=1) > 1
    spatial = is_conv & (on_map | (batch.kernel.max(axis=1) > 1))
    return np.flatnonzero(spatial | (batch.operations == Op.MATMUL))


def _counts(batch: GraphBatch, nodes: IntArray) -> IntArray:
    """How many of the nodes each graph has, `(graphs,)`."""
    return np.bincount(batch.graph_index[nodes], minlength=len(batch))


def _end(batch: GraphBatch, nodes: IntArray) -> IntArray:
    """The last of the given nodes of each graph, else its first node, `(graphs,)`."""
    ends = batch.node_offsets[:-1].copy()
    ends[batch.graph_index[nodes]] = nodes  # the last assignment stays
    return ends
