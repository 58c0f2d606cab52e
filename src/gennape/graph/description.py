"""A network in plain values, for other programs."""

from typing import Any

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.hashing import HASH_VERSION
from gennape.graph.node import nodes_of


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
