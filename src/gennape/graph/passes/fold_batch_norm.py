"""A batch normalisation behind a convolution becomes part of it.

Rule: a batch norm whose argument is a convolution that nobody else uses is removed,
and the convolution has a bias. At inference the two are one affine map, and ONNX
exporters fold them, so the canonical form must not tell the difference.

Before: any batch. After: no batch norm follows a convolution used by it alone.
"""

from dataclasses import replace

from gennape.graph.arrays import BIAS
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import bypass


def fold_batch_norm(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    producer = batch.argument(0)
    folded = (
        (batch.operations == Op.BATCH_NORM)
        & (batch.operations[producer] == Op.CONV)
        & (batch.out_degree[producer] == 1)
    )
    if not folded.any():
        return batch
    convs = producer[folded]
    attributes, parameters = batch.attributes.copy(), batch.node_parameters.copy()
    missing_bias = 1 - attributes[convs, BIAS]
    parameters[convs] += attributes[convs, 15] * missing_bias
    attributes[convs, BIAS] = 1
    return bypass(replace(batch, attributes=attributes, node_parameters=parameters), folded)
