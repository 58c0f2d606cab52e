"""The ways in which a pass changes a batch of graphs."""

from dataclasses import replace

import numpy as np

from gennape.graph.arrays import ranges
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.utils.array_types import BoolArray, IntArray

_ENDS = frozenset({Op.INPUT, Op.OUTPUT})


def bypass(batch: GraphBatch, removed: BoolArray, stand_in: IntArray | None = None) -> GraphBatch:
    """Remove nodes; their users take an argument of the node instead.

    Args:
        batch: Graphs.
        removed: Which nodes go, `(nodes,)`. A removed node needs an argument.
        stand_in: Which node its users take, `(nodes,)`; its first argument by default.

    Returns:
        The smaller batch. Edges into removed nodes go with them.
    """
    if not removed.any():
        return batch
    argument = batch.argument(0) if stand_in is None else stand_in
    source = np.where(removed, argument, np.arange(batch.num_nodes))
    while removed[source].any():  # chains of removed nodes: pointer jumping
        source = source[source]
    edges = np.stack([source.take(batch.edges[0]), batch.edges[1]])
    kept_edges = edges.compress(~removed.take(batch.edges[1]), axis=1)
    return drop_unreachable(_compact(batch, kept_edges, ~removed))


def merge_nodes(
    batch: GraphBatch, removed: BoolArray, stand_in: IntArray | None = None
) -> GraphBatch:
    """Remove nodes as `bypass` does, and let each stand-in own the numbers of what it replaces.

    Those are the numbers of the removed node and of the parameters it alone reads.
    """
    if not removed.any():
        return batch
    stand_in = batch.argument(0) if stand_in is None else stand_in
    numbers = batch.node_parameters.copy()
    source, target = batch.edges
    own = removed[target] & (batch.operations[source] == Op.PARAMETER)
    own &= batch.out_degree[source] == 1
    np.add.at(numbers, target[own], batch.node_parameters[source[own]])
    while removed.any() and removed[stand_in[removed]].any():
        stand_in = np.where(removed[stand_in], stand_in[stand_in], stand_in)
    np.add.at(numbers, stand_in[removed], numbers[removed])
    return bypass(replace(batch, node_parameters=numbers), removed, stand_in)


def rewire(
    batch: GraphBatch,
    edges: IntArray,
    operations: IntArray | None = None,
    attributes: IntArray | None = None,
) -> GraphBatch:
    """Replace edges and columns, then remove the nodes nobody needs any more.

    Args:
        batch: Graphs.
        edges: The new edges, sorted by target and argument position, `(2, edges)`.
        operations: New operations, if they change.
        attributes: New attributes, if they change.
    """
    changed = replace(
        batch,
        edges=edges.astype(np.int32),
        operations=batch.operations if operations is None else operations,
        attributes=batch.attributes if attributes is None else attributes,
    )
    return drop_unreachable(changed)


def replace_arguments(
    batch: GraphBatch,
    nodes: IntArray,
    argument: IntArray,
    operations: IntArray,
    attributes: IntArray | None = None,
) -> GraphBatch:
    """Give nodes one single argument each; what only fed their old arguments goes.

    Args:
        batch: Graphs.
        nodes: The nodes, `(changed,)`.
        argument: The argument of each of them from now on, `(changed,)`.
        operations: New operations, `(nodes,)`.
        attributes: New attributes, if they change.
    """
    is_first = np.zeros(batch.num_edges, dtype=bool)
    is_first[batch.first_edge[nodes]] = True
    changed = np.zeros(batch.num_nodes, dtype=bool)
    changed[nodes] = True
    edges = batch.edges.copy()
    edges[0, batch.first_edge[nodes]] = argument
    return rewire(
        batch, edges.compress(is_first | ~changed[edges[1]], axis=1), operations, attributes
    )


def only_user(batch: GraphBatch) -> IntArray:
    """The node that uses each node's result, or -1 unless it is used once, `(nodes,)`."""
    user = np.full(batch.num_nodes, -1, dtype=np.int64)
    user[batch.edges[0]] = batch.edges[1]
    user[batch.out_degree != 1] = -1
    return user


def drop_unreachable(batch: GraphBatch) -> GraphBatch:
    """Remove nodes from which no output node can be reached; inputs stay.

    Before: any batch. After: every node but an input feeds an output.
    """
    ends = batch.is_in(_ENDS)
    uses = batch.out_degree.copy()
    dead = np.flatnonzero((uses == 0) & ~ends)
    if not len(dead):
        return batch
    alive = np.ones(batch.num_nodes, dtype=bool)
    while len(dead):  # each round removes the current dead ends
        alive[dead] = False
        arguments = batch.edges[0][ranges(batch.first_edge[dead], batch.in_degree[dead])]
        np.subtract.at(uses, arguments, 1)
        arguments = np.unique(arguments)
        dead = arguments[(uses[arguments] == 0) & ~ends[arguments]]
    return _compact(batch, batch.edges.compress(alive.take(batch.edges[1]), axis=1), alive)


def _compact(batch: GraphBatch, edges: IntArray, kept: BoolArray) -> GraphBatch:
    """The batch with these edges and only the kept nodes, renumbered.

    `take` and `compress` take a fraction of the time of the same by an index.
    """
    totals = np.concatenate(([0], np.cumsum(kept)))
    position = totals[1:] - 1
    nodes = np.flatnonzero(kept)
    detailed = list(batch.details)
    new = zip(kept[detailed].tolist(), position[detailed].tolist(), strict=True)
    return GraphBatch(
        operations=batch.operations.take(nodes),
        attributes=batch.attributes.take(nodes, axis=0),
        node_parameters=batch.node_parameters.take(nodes),
        edges=position.astype(np.int32).take(edges),
        details={
            node: values
            for (stays, node), values in zip(new, batch.details.values(), strict=True)
            if stays
        },
        node_offsets=totals[batch.node_offsets],
        names=batch.names,
    )
