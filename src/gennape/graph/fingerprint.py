"""A name for a graph that does not depend on the order of its nodes."""

import json
from hashlib import blake2b

from gennape.graph.arrays import NodeArrays
from gennape.graph.operations import COMMUTATIVE

_COMMUTATIVE = frozenset(int(op) for op in COMMUTATIVE)


def digest(graph: NodeArrays) -> str:
    """32 hexadecimal digits, equal for isomorphic graphs.

    Every node is hashed with what it computes from (its arguments, in order unless the
    operation commutes) and then with where its result goes, so that a shared node and
    two equal ones differ. The digest is that of the sorted node hashes. Graphs that
    colour refinement (Weisfeiler and Leman, 1968) cannot tell apart have one digest;
    they need at least four equal weighted nodes wired in a ring.

    Args:
        graph: One graph; nodes in topological order.
    """
    labels = _labels(graph)
    first = graph.first_edge.tolist()
    sources = graph.edges[0].tolist()
    commutes = [int(op) in _COMMUTATIVE for op in graph.operations.tolist()]
    computed: list[bytes] = []
    for node, label in enumerate(labels):
        own_sources = sources[first[node] : first[node + 1]]
        arguments = [computed[source] for source in own_sources]
        if commutes[node]:
            arguments.sort()
        distinct = len(set(own_sources)).to_bytes(4, "little")  # x + x is not x + y
        computed.append(_hash(label + distinct + b"".join(arguments)))
    uses: list[list[bytes]] = [[] for _ in labels]
    for node in range(len(labels) - 1, -1, -1):
        full = _hash(computed[node] + b"".join(sorted(uses[node])))
        for position, edge in enumerate(range(first[node], first[node + 1])):
            role = b"" if commutes[node] else position.to_bytes(4, "little")
            uses[sources[edge]].append(_hash(full + role))
        computed[node] = full
    return blake2b(b"".join(sorted(computed)), digest_size=16).hexdigest()


def _labels(graph: NodeArrays) -> list[bytes]:
    """What each node is by itself, as bytes."""
    operations = graph.operations.astype("<i2")
    columns = graph.attributes.astype("<i4")
    details = {
        node: json.dumps(values, sort_keys=True).encode() for node, values in graph.details.items()
    }
    return [
        operations[node].tobytes() + columns[node].tobytes() + details.get(node, b"")
        for node in range(graph.num_nodes)
    ]


def _hash(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
