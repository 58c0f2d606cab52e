"""A linear layer is a convolution with a 1x1 kernel.

Rule: `LINEAR` becomes `CONV`: at every position it multiplies the channels by the same
matrix. So the two ways of writing a pointwise layer, and a classifier written as a
convolution or as a linear layer, are one.

Before: any batch. After: no `LINEAR`.
"""

from dataclasses import replace

import numpy as np

from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op


def linear_as_conv(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    linear = batch.operations == Op.LINEAR
    if not linear.any():
        return batch
    return replace(batch, operations=np.where(linear, np.int16(Op.CONV), batch.operations))
