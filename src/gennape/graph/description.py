"""A network in plain values: a summary for people, everything for other programs."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.hashing import HASH_VERSION
from gennape.graph.node import nodes_of
from gennape.graph.operations import Op
from gennape.graph.paths import levels


@dataclass(frozen=True)
class Summary:
    """A network and its costs in a few values.

    Attributes:
        name: The graph's name; may be empty.
        fingerprint: 32 hexadecimal digits, equal for the same network from every source.
        nodes: Number of nodes.
        edges: Number of edges.
        depth: Edges on the longest path.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
        operations: Nodes of each kind, most frequent first.
        unknown_operations: Functions outside the vocabulary and how many nodes hold each.
        complete: Whether all work is counted; else MACs and parameters are lower bounds.
    """

    name: str
    fingerprint: str
    nodes: int
    edges: int
    depth: int
    macs: int
    parameters: int
    operations: dict[str, int]
    unknown_operations: dict[str, int]
    complete: bool


def summarise(graph: ComputationGraph) -> Summary:
    """The summary of a graph."""
    kinds = Counter(Op(int(operation)).name.lower() for operation in graph.operations)
    return Summary(
        name=graph.name,
        fingerprint=graph.fingerprint,
        nodes=graph.num_nodes,
        edges=graph.num_edges,
        depth=int(levels(graph).max()),
        macs=graph.macs,
        parameters=graph.parameters,
        operations=dict(kinds.most_common()),
        unknown_operations=graph.unknown_operations,
        complete=graph.complete,
    )


def to_plain(graph: ComputationGraph) -> dict[str, Any]:
    """Nodes and edges as plain JSON values.

    Returns:
        `name`, `fingerprint`, `hash_version`, `macs`, `parameters`, `complete`, `nodes` (one
        object each) and `edges` (pairs of source and target, sorted by target and argument
        position).
    """
    return {
        "name": graph.name,
        "fingerprint": graph.fingerprint,
        "hash_version": HASH_VERSION,
        "macs": graph.macs,
        "parameters": graph.parameters,
        "complete": graph.complete,
        "nodes": [
            {**node.plain(), "macs": macs}
            for node, macs in zip(nodes_of(graph), graph.node_macs.tolist(), strict=True)
        ],
        "edges": graph.edges.T.tolist(),
    }
