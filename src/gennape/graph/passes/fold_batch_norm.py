"""A batch normalisation behind a convolution becomes part of it.

Rule: a batch norm whose argument is a convolution, transposed or not, that nobody else
uses is removed. At inference the two are one affine map, and ONNX exporters fold them,
so the canonical form must not tell the difference.

Before: any batch. After: no batch norm follows a convolution used by it alone.
"""

from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import merge_nodes

_CONVS = frozenset({Op.CONV, Op.CONV_TRANSPOSE})


def fold_batch_norm(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    norms = batch.operations == Op.BATCH_NORM
    if not norms.any():
        return batch
    producer = batch.argument(0)
    folded = norms & batch.is_in(_CONVS)[producer] & (batch.out_degree[producer] == 1)
    return merge_nodes(batch, folded)
