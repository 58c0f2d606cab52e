"""The same computation twice is one computation.

Rule: nodes without weights that do the same to the same single argument become one.
Exporters share them (three cells that each apply a ReLU to one tensor share it), and
the result is the same.

Before: any batch. After: no two such nodes are equal.
"""

import numpy as np

from gennape.graph.batch import GraphBatch
from gennape.graph.operations import WEIGHTED, Op
from gennape.graph.passes.rewrite import rewire
from gennape.utils.array_types import BoolArray, IntArray

_DISTINCT = frozenset({*WEIGHTED, Op.OUTPUT, Op.OTHER, Op.DROPOUT, Op.EMBEDDING})


def merge_duplicates(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    argument = batch.argument(0)
    plain = (batch.in_degree == 1) & (batch.node_parameters == 0) & ~batch.is_in(_DISTINCT)
    nodes = np.flatnonzero(plain & (batch.out_degree[argument] > 1))
    nodes = nodes[_not_alone(argument[nodes] * len(Op) + batch.operations[nodes])]
    if not len(nodes):
        return batch
    twin = _first_equal(batch, nodes, argument[nodes])
    if (twin == nodes).all():
        return batch
    stand_in = np.arange(batch.num_nodes)
    stand_in[nodes] = twin
    return rewire(batch, np.stack([stand_in[batch.edges[0]], batch.edges[1]]))


def _not_alone(values: IntArray) -> BoolArray:
    """Which values occur more than once."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    result: BoolArray = counts[places] > 1
    return result


def _first_equal(batch: GraphBatch, nodes: IntArray, argument: IntArray) -> IntArray:
    """The first of `nodes` that each of them equals."""
    labels = np.stack([argument, batch.operations[nodes], _numbered_details(batch, nodes)], axis=1)
    keys = np.hstack([labels, batch.attributes.take(nodes, axis=0)])
    order = np.lexsort((nodes, *keys.T))
    changes = (keys[order][1:] != keys[order][:-1]).any(axis=1)
    group = np.concatenate(([0], np.cumsum(changes)))
    starts = order[np.concatenate(([0], np.flatnonzero(changes) + 1))]
    twin = np.empty_like(nodes)
    twin[order] = nodes[starts][group]
    return twin


def _numbered_details(batch: GraphBatch, nodes: IntArray) -> IntArray:
    """A number for the details of each node, equal where the details are."""
    numbers = {"": 0}
    texts = (
        str(sorted(batch.details[node].items())) if node in batch.details else ""
        for node in nodes.tolist()
    )
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts])
