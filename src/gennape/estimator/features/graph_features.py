"""Features of many networks, as the columns that an encoder reads."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph.arrays import ranges
from gennape.utils.array_types import FloatArray, IntArray


@dataclass(frozen=True)
class GraphFeatures:
    """Features of a batch of graphs, a row of numbers a node.

    Attributes:
        nodes: Features, `(nodes, features)`, float32.
        kinds: Kind of each node, `(nodes,)`, int64; see `node_kinds`.
        widths: Output channels of convolutions, `(nodes,)`, int64; 0 for other nodes.
        edges: Source and target of each edge, `(2, edges)`.
        node_offsets: First node of each graph, `(graphs + 1,)`.
        edge_offsets: First edge of each graph, `(graphs + 1,)`.
        sizes: Of each network, `(graphs, 4)`; see `network_sizes`.
        statistics: Of each network, `(graphs, statistics)`; see `graph_statistics`.
        outside: Why each network is no image classifier, `(graphs,)`; see `outside_reasons`.
    """

    nodes: FloatArray
    kinds: IntArray
    widths: IntArray
    edges: IntArray
    node_offsets: IntArray
    edge_offsets: IntArray
    sizes: FloatArray
    statistics: FloatArray
    outside: IntArray

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def log_macs(self) -> FloatArray:
        """log10(MACs + 1) of the live part of each network, `(graphs,)`."""
        return self.sizes[:, 0]

    @cached_property
    def node_counts(self) -> IntArray:
        """Nodes of each graph, `(graphs,)`."""
        return np.diff(self.node_offsets)

    @cached_property
    def edge_counts(self) -> IntArray:
        """Edges of each graph, `(graphs,)`."""
        return np.diff(self.edge_offsets)

    def means(self) -> FloatArray:
        """Average the node features of each graph, `(graphs, features)`."""
        sums = np.add.reduceat(self.nodes, self.node_offsets[:-1], axis=0)
        return (sums / self.node_counts[:, None]).astype(np.float32)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the attributes by name, for storage."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, graphs: IntArray) -> "GraphFeatures":
        """Take some graphs, in the given order."""
        node_offsets = np.concatenate(([0], np.cumsum(self.node_counts[graphs])))
        edge_offsets = np.concatenate(([0], np.cumsum(self.edge_counts[graphs])))
        edges = ranges(self.edge_offsets[graphs], self.edge_counts[graphs])
        shift = np.repeat(node_offsets[:-1] - self.node_offsets[graphs], self.edge_counts[graphs])
        nodes = ranges(self.node_offsets[graphs], self.node_counts[graphs])
        return GraphFeatures(
            self.nodes.take(nodes, axis=0),
            self.kinds.take(nodes),
            self.widths.take(nodes),
            self.edges.take(edges, axis=1) + shift,
            node_offsets,
            edge_offsets,
            self.sizes[graphs],
            self.statistics[graphs],
            self.outside[graphs],
        )

    @classmethod
    def join(cls, parts: Sequence["GraphFeatures"]) -> "GraphFeatures":
        """Put parts one after another."""
        starts = np.cumsum([0] + [part.node_offsets[-1] for part in parts])
        return cls(
            np.concatenate([part.nodes for part in parts]),
            np.concatenate([part.kinds for part in parts]),
            np.concatenate([part.widths for part in parts]),
            np.concatenate(
                [part.edges + start for part, start in zip(parts, starts, strict=False)], axis=1
            ),
            _join_offsets([part.node_counts for part in parts]),
            _join_offsets([part.edge_counts for part in parts]),
            np.concatenate([part.sizes for part in parts]),
            np.concatenate([part.statistics for part in parts]),
            np.concatenate([part.outside for part in parts]),
        )


def _join_offsets(counts: list[IntArray]) -> IntArray:
    return np.concatenate(([0], np.cumsum(np.concatenate(counts))))
