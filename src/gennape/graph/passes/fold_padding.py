"""A border of zeros before a window operation becomes its padding.

Rule: a convolution, or an average pooling that counts its padding, that reads a zero
border reads the tensor inside and pads by that much more. A maximum pooling does so for
a border of minus infinity.

Before: any batch. After: no such node reads such a border.
"""

import numpy as np

from gennape.graph.arrays import INPUT_SHAPE, OUTPUT_SHAPE, PADDING
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import rewire


def fold_padding(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    if not (batch.operations == Op.PAD).any():
        return batch
    border = batch.argument(0)
    candidates = np.flatnonzero((batch.operations[border] == Op.PAD) & (border >= 0))
    nodes = np.array(
        [n for n in candidates if _fits(batch, int(n), int(border[n]))], dtype=np.int64
    )
    if not len(nodes):
        return batch
    pads = border[nodes]
    attributes, edges = batch.attributes.copy(), batch.edges.copy()
    attributes[nodes, PADDING] += attributes[pads, PADDING]
    attributes[nodes, INPUT_SHAPE] = attributes[pads, INPUT_SHAPE]
    edges[0, batch.first_edge[nodes]] = batch.argument(0)[pads]
    return rewire(batch, edges, attributes=attributes)


def _fits(batch: GraphBatch, node: int, pad: int) -> bool:
    """Whether the border `pad` is all around an image and `node` pads by what it holds."""
    op, details = batch.operations[node], batch.details
    if op == Op.AVG_POOL and not details.get(node, {}).get("count_include_pad", True):
        return False
    columns = batch.attributes[pad]
    top, left, bottom, right = columns[PADDING].tolist()
    grown = columns[INPUT_SHAPE] + np.array([0, top + bottom, left + right])
    border = details.get(pad, {})
    filled = (border.get("mode", "constant"), float(border.get("value", 0.0)))
    wanted = float("-inf") if op == Op.MAX_POOL else 0.0
    is_window = op in (Op.CONV, Op.AVG_POOL, Op.MAX_POOL)
    is_around = (grown == columns[OUTPUT_SHAPE]).all()
    return bool(is_window and is_around and filled == ("constant", wanted))
