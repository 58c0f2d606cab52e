"""The same computation twice is one computation.

Rule: nodes without weights that do the same to the same single argument become one.
Exporters share them (three cells that each apply a ReLU to one tensor share it), and
the result is the same.

Before: any batch. After: no two such nodes are equal.
"""

import numpy as np

from gennape.graph.arrays import IntArray
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import WEIGHTED, Op
from gennape.graph.passes.rewrite import rewire

_DISTINCT = frozenset({*WEIGHTED, Op.OUTPUT, Op.OTHER, Op.DROPOUT, Op.EMBEDDING})


def merge_duplicates(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    argument = batch.argument(0)
    plain = (batch.in_degree == 1) & (batch.node_parameters == 0) & ~batch.is_in(_DISTINCT)
    nodes = np.flatnonzero(plain & (batch.out_degree[argument] > 1))
    if len(nodes) < 2:
        return batch
    twin = _first_equal(batch, nodes, argument[nodes])
    if (twin == nodes).all():
        return batch
    stand_in = np.arange(batch.num_nodes)
    stand_in[nodes] = twin
    return rewire(batch, np.stack([stand_in[batch.edges[0]], batch.edges[1]]))


def _first_equal(batch: GraphBatch, nodes: IntArray, argument: IntArray) -> IntArray:
    """The first of `nodes` that each of them equals."""
    texts = [str(sorted(batch.details.get(n, {}).items())) for n in nodes.tolist()]
    details = np.unique(texts, return_inverse=True)[1]
    keys = np.column_stack(
        [argument, batch.operations[nodes], details, batch.attributes[nodes]]
    ).astype(np.int64)
    order = np.lexsort((nodes, *keys.T))
    changes = (keys[order][1:] != keys[order][:-1]).any(axis=1)
    group = np.concatenate(([0], np.cumsum(changes)))
    starts = order[np.concatenate(([0], np.flatnonzero(changes) + 1))]
    twin = np.empty_like(nodes)
    twin[order] = nodes[starts][group]
    return twin
