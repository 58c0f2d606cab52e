"""Sums of sums are one sum.

Rule: a sum that only feeds another sum of the same shape gives its arguments to that
sum and is removed; so with products. `a + b + c` is two additions in PyTorch and one
node in a family's builder.

Before: any batch. After: no sum feeds only a sum of its shape, no product only a product.
"""

import numpy as np

from gennape.graph.arrays import OUTPUT_SHAPE
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import only_user, rewire

_JOINS = frozenset({Op.ADD, Op.MUL})


def flatten_joins(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    joins = batch.is_in(_JOINS)
    if not joins.any():
        return batch
    user = only_user(batch)
    inner = np.flatnonzero(joins & (user >= 0))
    outer = user[inner]
    shapes = batch.attributes[:, OUTPUT_SHAPE]
    merged = batch.operations[outer] == batch.operations[inner]
    merged &= (shapes[outer] == shapes[inner]).all(axis=1)
    inner, outer = inner[merged], outer[merged]
    if not len(inner):
        return batch
    root = np.arange(batch.num_nodes)
    root[inner] = outer
    while (root[root] != root).any():
        root = root[root]
    gone = root != np.arange(batch.num_nodes)
    edges = np.stack([batch.edges[0], root[batch.edges[1]]])[:, ~gone[batch.edges[0]]]
    return rewire(batch, edges[:, np.argsort(edges[1], kind="stable")])
