"""Networks as encoders read them, in parts of like sizes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gennape.estimator.features.edge_sums import EdgeSums
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.utils.array_types import FloatArray, IntArray

_CHUNK = 1500
"""Nodes that are encoded together, which suits the processor's cache."""


@dataclass(frozen=True)
class EncoderInput:
    """A batch of graphs as encoders read it.

    Attributes:
        nodes: Features, `(nodes, features)`, float32.
        arguments: Sums over each node's arguments.
        users: Sums over the nodes that use each node's result.
        node_offsets: First node of each graph, `(graphs + 1,)`.
        runs: Nodes of graphs that have as many nodes as their neighbours, and how many graphs
            they are.
    """

    nodes: FloatArray
    arguments: EdgeSums
    users: EdgeSums
    node_offsets: IntArray
    runs: Sequence[tuple[slice, int]]

    @classmethod
    def of(cls, features: GraphFeatures) -> "EncoderInput":
        """Sort the edges."""
        sources, targets = features.edges
        count = len(features.nodes)
        ends = np.flatnonzero(np.diff(features.node_counts, append=-1)) + 1
        starts = np.concatenate(([0], ends))[:-1]
        first, last = features.node_offsets[starts], features.node_offsets[ends]
        graphs = (ends - starts).tolist()
        return cls(
            features.nodes,
            EdgeSums.of(targets, sources, count),
            EdgeSums.of(sources, targets, count),
            features.node_offsets,
            list(zip(map(slice, first.tolist(), last.tolist()), graphs, strict=True)),
        )


@dataclass(frozen=True)
class EncoderInputs:
    """Networks in parts of about `_CHUNK` nodes, those with few nodes first.

    Attributes:
        parts: The parts.
        order: The networks of all parts, one part after another, `(graphs,)`.
    """

    parts: Sequence[EncoderInput]
    order: IntArray

    @classmethod
    def of(cls, features: GraphFeatures) -> "EncoderInputs":
        """Sort networks by their number of nodes, and split them."""
        order = np.argsort(features.node_counts, kind="stable")
        chunks = np.cumsum(features.node_counts[order]) // _CHUNK
        parts = np.split(order, np.flatnonzero(np.diff(chunks)) + 1)
        return cls([EncoderInput.of(features.take(part)) for part in parts], order)

    def encoded(self, encoder: Callable[[EncoderInput], FloatArray]) -> FloatArray:
        """Encode all networks, `(graphs, ...)`, in the order in which they were given."""
        rows = np.concatenate([encoder(part) for part in self.parts])
        in_order = np.empty_like(rows)
        in_order[self.order] = rows
        return in_order
