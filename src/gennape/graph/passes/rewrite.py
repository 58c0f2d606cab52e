"""The two ways in which a pass changes a batch of graphs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gennape.graph.arrays import BoolArray, IntArray
from gennape.graph.batch import GraphBatch


def bypass(batch: GraphBatch, removed: BoolArray) -> GraphBatch:
    """Remove nodes; their users take the node's first argument instead.

    Args:
        batch: Graphs.
        removed: Which nodes go, `(nodes,)`. A removed node needs an argument.

    Returns:
        The smaller batch. Edges into removed nodes go with them.
    """
    if not removed.any():
        return batch
    stand_in = np.where(removed, batch.argument(0), np.arange(batch.num_nodes))
    while removed[stand_in].any():  # chains of removed nodes: pointer jumping
        stand_in = stand_in[stand_in]
    edges = np.stack([stand_in[batch.edges[0]], batch.edges[1]])
    return _compact(batch, edges[:, ~removed[batch.edges[1]]], ~removed)


def rewire(
    batch: GraphBatch,
    keep_edges: BoolArray,
    details: Mapping[int, Mapping[str, Any]] | None = None,
    **columns: IntArray,
) -> GraphBatch:
    """Drop edges and replace columns, then remove the nodes nobody needs any more.

    Args:
        batch: Graphs.
        keep_edges: Which edges stay, `(edges,)`.
        details: New details, if they change.
        columns: New values of `operations`, `attributes` or `node_parameters`.
    """
    if details is not None:
        batch = replace(batch, details=details)
    changed = replace(batch, **columns) if columns else batch
    return drop_unreachable(_compact(changed, batch.edges[:, keep_edges], None))


def drop_unreachable(batch: GraphBatch) -> GraphBatch:
    """Remove nodes from which no output node can be reached; inputs stay."""
    from gennape.graph.operations import Op

    needed = (batch.operations == Op.OUTPUT) | (batch.operations == Op.INPUT)
    has_use = needed | (batch.out_degree > 0)
    if has_use.all():
        return batch
    alive = has_use
    while True:  # each round removes the current dead ends
        live_edges = alive[batch.edges[1]]
        uses = np.bincount(batch.edges[0][live_edges], minlength=batch.num_nodes)
        next_alive = needed | (alive & (uses > 0))
        if (next_alive == alive).all():
            break
        alive = next_alive
    return _compact(batch, batch.edges[:, alive[batch.edges[1]]], alive)


def _compact(batch: GraphBatch, edges: IntArray, kept: BoolArray | None) -> GraphBatch:
    """The batch with these edges and only the kept nodes, renumbered."""
    if kept is None:
        return replace(batch, edges=edges)
    position = np.cumsum(kept) - 1
    totals = np.concatenate(([0], position + 1))
    return GraphBatch(
        operations=batch.operations[kept],
        attributes=batch.attributes[kept],
        node_parameters=batch.node_parameters[kept],
        edges=position[edges].astype(np.int32),
        details={
            int(position[node]): values for node, values in batch.details.items() if kept[node]
        },
        node_offsets=totals[batch.node_offsets],
        names=batch.names,
    )
