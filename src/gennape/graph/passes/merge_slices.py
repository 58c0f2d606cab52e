"""A slice of a slice is one slice.

Rule: a slice that reads a slice reads the whole tensor instead, and starts where both
start. `x[:, 1:, 2:]` is one node in PyTorch and two in an exported file.

Before: any batch. After: no slice reads a slice.
"""

from dataclasses import replace

import numpy as np

from gennape.graph.arrays import INPUT_SHAPE
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import replace_arguments
from gennape.graph.slices import slice_details, slice_starts


def merge_slices(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    slices = batch.operations == Op.SLICE
    whole = batch.argument(0)
    nodes = np.flatnonzero(slices & slices[whole])
    nodes = nodes[~slices[whole[whole[nodes]]]]  # of a chain, the outer ones wait
    if not len(nodes):
        return batch
    attributes, details = batch.attributes.copy(), dict(batch.details)
    attributes[nodes, INPUT_SHAPE] = attributes[whole[nodes], INPUT_SHAPE]
    for node in nodes.tolist():
        starts = slice_starts(details.get(int(whole[node]), {}))
        for axis, start in slice_starts(details.get(node, {})).items():
            starts[axis] = starts.get(axis, 0) + start
        details[node] = slice_details(starts)
    merged = replace(batch, attributes=attributes, details=details)
    return replace_arguments(merged, nodes, whole[whole[nodes]], batch.operations)
