"""Many graphs side by side in one set of columns.

A batch is the disjoint union of its graphs. Passes, features and storage work on the
columns of the whole batch at once; taking some graphs out of it is a gather.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from gennape.graph.arrays import ATTRIBUTE_COLUMNS, NodeArrays, ranges
from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.cost import CostedArrays
from gennape.utils.array_types import IntArray


@dataclass(frozen=True, eq=False, repr=False)
class GraphBatch(CostedArrays):
    """Graphs one after another.

    Attributes:
        node_offsets: First node of each graph, and the number of nodes, `(graphs + 1,)`.
        names: A name for each graph, or empty.
    """

    node_offsets: IntArray = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.node_offsets) - 1

    def __repr__(self) -> str:
        return f"GraphBatch({len(self)} graphs, {self.num_nodes} nodes, {self.num_edges} edges)"

    @classmethod
    def of(cls, graphs: Iterable[ComputationGraph]) -> "GraphBatch":
        """The batch of `graphs`, in their order."""
        graphs = list(graphs)
        for graph in graphs:
            if not isinstance(graph, ComputationGraph):
                raise TypeError(f"a {type(graph).__name__} is no graph; gennape.graph_of makes one")
        counts = [graph.num_nodes for graph in graphs]
        return cls._side_by_side(graphs, counts, [graph.name for graph in graphs])

    @classmethod
    def join(cls, batches: Sequence["GraphBatch"]) -> "GraphBatch":
        """The graphs of all batches, one batch after another."""
        counts = [count for one in batches for count in np.diff(one.node_offsets).tolist()]
        return cls._side_by_side(batches, counts, [name for one in batches for name in one.names])

    @classmethod
    def _side_by_side(
        cls, parts: Sequence[NodeArrays], counts: Sequence[int], names: Sequence[str]
    ) -> "GraphBatch":
        """The nodes and edges of all parts; `counts` are the nodes of each graph."""
        starts = np.cumsum([0, *(part.num_nodes for part in parts)]).tolist()[:-1]
        pairs = list(zip(parts, starts, strict=True))
        return cls(
            operations=_joined([part.operations for part in parts], np.int16),
            attributes=_joined(
                [part.attributes for part in parts], np.int32, (0, ATTRIBUTE_COLUMNS)
            ),
            node_parameters=_joined([part.node_parameters for part in parts], np.int64),
            edges=_joined(
                [part.edges + np.int32(start) for part, start in pairs], np.int32, (2, 0), axis=1
            ),
            details={
                node + start: values
                for part, start in pairs
                for node, values in part.details.items()
            },
            layers=_joined_layers(parts),
            node_offsets=np.concatenate(([0], np.cumsum(counts, dtype=np.int64))),
            names=tuple(names),
        )

    @cached_property
    def graph_index(self) -> IntArray:
        """The graph each node belongs to, `(nodes,)`."""
        return np.repeat(np.arange(len(self)), np.diff(self.node_offsets))

    @cached_property
    def edge_offsets(self) -> IntArray:
        """First edge of each graph, and the number of edges, `(graphs + 1,)`."""
        return self.first_edge[self.node_offsets]

    @cached_property
    def macs(self) -> IntArray:
        """Multiply-accumulates of each graph, `(graphs,)`."""
        return self.sum_by_graph(self.node_macs)

    @cached_property
    def parameters(self) -> IntArray:
        """Learned parameters of each graph, `(graphs,)`."""
        return self.sum_by_graph(self.node_parameters)

    @cached_property
    def details_by_graph(self) -> list[dict[int, Any]]:
        """Details of each graph's nodes, which are numbered within it."""
        found: list[dict[int, Any]] = [{} for _ in range(len(self))]
        for node, values in self.details.items():
            graph = int(self.graph_index[node])
            found[graph][node - int(self.node_offsets[graph])] = values
        return found

    def sum_by_graph(self, values: IntArray) -> IntArray:
        """Sums of a node column for each graph, `(graphs,)`."""
        totals = np.concatenate(([0], np.cumsum(values)))
        return np.diff(totals[self.node_offsets])

    def graph(self, index: int) -> ComputationGraph:
        """One graph of the batch, validated."""
        start, stop = self.node_offsets[index : index + 2]
        first, last = self.edge_offsets[index : index + 2]
        return ComputationGraph(
            operations=self.operations[start:stop],
            attributes=self.attributes[start:stop],
            node_parameters=self.node_parameters[start:stop],
            edges=self.edges[:, first:last] - np.int32(start),
            details=self.details_by_graph[index],
            layers=self.layers[start:stop],
            name=self.names[index] if self.names else "",
        )

    def __iter__(self) -> Iterator[ComputationGraph]:
        return (self.graph(index) for index in range(len(self)))

    def take(self, indices: Sequence[int] | IntArray) -> "GraphBatch":
        """The batch of some graphs, in the given order; repeats are allowed."""
        chosen = np.asarray(indices, dtype=np.int64)
        counts = np.diff(self.node_offsets)[chosen]
        offsets = np.concatenate(([0], np.cumsum(counts)))
        nodes = ranges(self.node_offsets[chosen], counts)
        edges = ranges(self.edge_offsets[chosen], np.diff(self.edge_offsets)[chosen])
        shift = np.repeat(
            offsets[:-1] - self.node_offsets[chosen], np.diff(self.edge_offsets)[chosen]
        )
        return GraphBatch(
            operations=self.operations.take(nodes),
            attributes=self.attributes.take(nodes, axis=0),
            node_parameters=self.node_parameters.take(nodes),
            edges=(self.edges.take(edges, axis=1) + shift).astype(np.int32),
            details=self._details_at(nodes),
            layers=tuple(self.layers[i] for i in nodes.tolist()) if self.layers else (),
            node_offsets=offsets,
            names=tuple(self.names[i] for i in chosen) if self.names else (),
        )

    def _details_at(self, nodes: IntArray) -> dict[int, Any]:
        if not self.details:
            return {}
        has_details = np.zeros(self.num_nodes, dtype=bool)
        has_details[list(self.details)] = True
        new = np.flatnonzero(has_details[nodes])
        values = map(self.details.__getitem__, nodes[new].tolist())
        return dict(zip(new.tolist(), values, strict=True))


def _joined_layers(parts: Sequence[NodeArrays]) -> tuple[str, ...]:
    """The layers of all nodes; none where no part names any."""
    if not any(part.layers for part in parts):
        return ()
    return tuple(chain.from_iterable(part.layers or [""] * part.num_nodes for part in parts))


def _joined(
    arrays: list[IntArray], dtype: Any, empty: tuple[int, ...] = (0,), axis: int = 0
) -> IntArray:
    joined: IntArray = np.concatenate([np.zeros(empty, dtype=dtype), *arrays], axis=axis)
    return joined
