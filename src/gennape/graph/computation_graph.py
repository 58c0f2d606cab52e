"""One network as an immutable directed acyclic graph of atomic operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gennape.graph.arrays import ATTRIBUTE_COLUMNS, IntArray, NodeArrays
from gennape.graph.operations import SOURCES, WEIGHTED, Op

if TYPE_CHECKING:
    from torch import nn


class GraphError(ValueError):
    """A graph that no network can have; the message says which node and why."""


@dataclass(frozen=True, eq=False, repr=False)
class ComputationGraph(NodeArrays):
    """A network: nodes in topological order, edges as data flow.

    The graph is the network. `to_module` runs it, `fingerprint` names it, `macs` and
    `parameters` are its costs. Construction validates and freezes the arrays.

    Raises:
        GraphError: The arrays do not describe a network.
    """

    name: str = ""

    def __post_init__(self) -> None:
        for column, dtype in _COLUMNS.items():
            array = np.ascontiguousarray(getattr(self, column), dtype=dtype)
            array.flags.writeable = False
            object.__setattr__(self, column, array)
        _validate(self)

    def __repr__(self) -> str:
        label = f"{self.name!r}, " if self.name else ""
        return (
            f"ComputationGraph({label}{self.num_nodes} nodes, {self.num_edges} edges, "
            f"{self.macs:,} MACs, {self.parameters:,} parameters)"
        )

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates for one input."""
        return int(self.node_macs.sum())

    @cached_property
    def parameters(self) -> int:
        """Learned parameters."""
        return int(self.node_parameters.sum())

    @cached_property
    def unknown_operations(self) -> dict[str, int]:
        """Functions outside the vocabulary and how many nodes hold each."""
        counts: dict[str, int] = {}
        for node in np.flatnonzero(self.operations == Op.OTHER):
            function = str(self.details.get(int(node), {}).get("function", "unknown"))
            counts[function] = counts.get(function, 0) + 1
        return counts

    @cached_property
    def fingerprint(self) -> str:
        """A name for the network itself: 32 hexadecimal digits.

        Equal for the same network by every road (family, PyTorch, export, ONNX) and
        under any reordering of nodes; it is taken after the canonical passes.
        """
        from gennape.graph.fingerprint import digest
        from gennape.graph.passes import canonical

        return digest(canonical(self))

    def to_module(self) -> "nn.Module":
        """A trainable PyTorch module that computes this graph.

        Raises:
            GraphError: An operation of the graph cannot be executed; says which.
        """
        from gennape.graph.module import module_of

        return module_of(self)


_COLUMNS: Mapping[str, Any] = {
    "operations": np.int16,
    "attributes": np.int32,
    "node_parameters": np.int64,
    "edges": np.int32,
}
_IS_SOURCE = np.zeros(1024, dtype=bool)
_IS_SOURCE[[int(op) for op in SOURCES]] = True


def _validate(graph: ComputationGraph) -> None:
    nodes = graph.num_nodes
    if nodes == 0:
        raise GraphError("the graph has no nodes")
    if graph.attributes.shape != (nodes, ATTRIBUTE_COLUMNS):
        raise GraphError(
            f"attributes have shape {graph.attributes.shape}, "
            f"expected ({nodes}, {ATTRIBUTE_COLUMNS})"
        )
    if graph.edges.ndim != 2 or graph.edges.shape[0] != 2:
        raise GraphError(f"edges have shape {graph.edges.shape}, expected (2, edges)")
    sources, targets = graph.edges
    if len(sources) and not (0 <= sources.min() and targets.max() < nodes):
        raise GraphError(f"an edge names a node outside 0..{nodes - 1}")
    _refuse(graph, sources >= targets, "an edge goes backwards (a cycle?) into", targets)
    _refuse(graph, np.diff(targets) < 0, "edges are not sorted by target at", targets[1:])
    _validate_nodes(graph)


def _validate_nodes(graph: ComputationGraph) -> None:
    op, columns = graph.operations, graph.attributes
    if (op == Op.INPUT).sum() == 0 or (op == Op.OUTPUT).sum() == 0:
        raise GraphError("the graph needs at least one input and one output node")
    is_source = _IS_SOURCE[op]
    _refuse(graph, is_source & (graph.in_degree > 0), "arguments given to the source")
    _refuse(graph, ~is_source & (graph.in_degree == 0), "no arguments given to")
    _refuse(graph, (columns[:, 12:] < 1).any(axis=1), "a dimension below 1 at")
    _refuse(graph, (columns[:, :4] < 1).any(axis=1), "a kernel or stride below 1 at")
    _refuse(graph, (columns[:, 8:11] < 1).any(axis=1), "a dilation or groups below 1 at")
    _refuse(graph, graph.node_parameters < 0, "a negative number of parameters at")
    weighted = graph.is_in(WEIGHTED)
    groups = columns[:, 10]
    uneven = (columns[:, 12] % groups != 0) | (columns[:, 15] % groups != 0)
    _refuse(graph, weighted & uneven, "groups do not divide the channels of")


def _refuse(
    graph: ComputationGraph, wrong: Any, problem: str, nodes: IntArray | None = None
) -> None:
    """Raise `GraphError` naming the first node where `wrong` holds."""
    if not wrong.any():
        return
    first = int(np.argmax(wrong))
    node = first if nodes is None else int(nodes[first])
    operation = _operation_name(int(graph.operations[node]))
    shapes = graph.attributes[node, 12:].tolist()
    raise GraphError(
        f"{problem} node {node} ({operation}, input {shapes[:3]}, output {shapes[3:]})"
    )


def _operation_name(operation: int) -> str:
    return Op(operation).name.lower() if operation in set(Op) else f"unknown operation {operation}"
