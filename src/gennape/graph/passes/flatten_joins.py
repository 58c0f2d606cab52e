"""Sums of sums are one sum.

Rule: a sum that only feeds another sum of the same shape gives its arguments to that
sum and is removed; so with products, and with concatenations along the same axis.
`a + b + c` is two additions in PyTorch and one node in a family's builder.

Before: any batch. After: no join feeds only a join of its kind.
"""

import numpy as np

from gennape.graph.arrays import INPUT_SHAPE, OUTPUT_SHAPE
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import only_user, rewire
from gennape.utils.array_types import BoolArray

_JOINS = frozenset({Op.ADD, Op.MUL, Op.CONCAT})


def flatten_joins(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    inner = _inner_joins(batch)
    while inner.any():
        batch = _open(batch, inner)
        inner = _inner_joins(batch)
    return batch


def _inner_joins(batch: GraphBatch) -> BoolArray:
    """Joins to open now; concatenations level by level, to keep their order."""
    inner = np.zeros(batch.num_nodes, dtype=bool)
    nodes = np.flatnonzero(batch.is_in(_JOINS))
    if not len(nodes):
        return inner
    user = only_user(batch)[nodes]
    shapes, inputs = batch.attributes[:, OUTPUT_SHAPE], batch.attributes[:, INPUT_SHAPE]
    concat = batch.operations[nodes] == Op.CONCAT
    same_axis = (inputs[nodes] != shapes[nodes]) == (inputs[user] != shapes[user])
    alike = np.where(concat[:, None], same_axis, shapes[nodes] == shapes[user]).all(axis=1)
    inner[nodes] = (batch.operations[nodes] == batch.operations[user]) & (user >= 0) & alike
    inner[nodes] &= ~(concat & inner[user])
    return inner


def _open(batch: GraphBatch, inner: BoolArray) -> GraphBatch:
    """The batch where the arguments of `inner` nodes stand in the place of their results."""
    source, target = batch.edges
    place = np.arange(batch.num_edges)
    edge_out = np.zeros(batch.num_nodes, dtype=np.int64)
    edge_out[source] = place
    into_inner = inner[target]
    stands_in = np.where(into_inner, edge_out[target], place)
    while into_inner[stands_in].any():
        stands_in = stands_in[stands_in]
    attributes = batch.attributes.copy()
    first = inner[source] & (place == batch.first_edge[target])
    attributes[target[first], INPUT_SHAPE] = attributes[source[first], INPUT_SHAPE]
    order = np.argsort(stands_in, kind="stable")
    order = order[~inner[source[order]]]
    edges = np.stack([source[order], target[stands_in[order]]])
    return rewire(batch, edges, attributes=attributes)
