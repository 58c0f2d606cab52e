"""Fused operators, written as the standard operators that they stand for.

The operator sets `com.microsoft` (definitions: onnxruntime/docs/ContribOperators.md) and
`ai.onnx.ml` lack shape inference. As their parts they have shapes, costs, and the same graph as
before they were fused.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gennape.frontends.onnx.document import OnnxNode, absent_tensor

Nodes = list[onnx.NodeProto]


class FusedNode:
    """A fused node while its parts are written.

    Args:
        node: The node.
        graph: The graph, which takes the stored tensors that the parts need.
    """

    def __init__(self, node: OnnxNode, graph: onnx.GraphProto) -> None:
        self.node = node
        self.parts: Nodes = []
        self._graph = graph
        self._prefix = next(filter(None, node.outputs), node.op)

    def given(self, position: int) -> str:
        """Return the name of an argument; an empty text where it is left out."""
        return self.node.inputs[position] if len(self.node.inputs) > position else ""

    def call(self, op: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a part; return the name of its result."""
        result = output or f"{self._prefix}/{op.lower()}/{len(self.parts)}"
        self.parts.append(helper.make_node(op, inputs, [result], **attributes))
        return result

    def constant(self, values: Any) -> str:
        """Store a small tensor; return its name."""
        name = f"{self._prefix}/constant/{len(self._graph.initializer)}"
        self._graph.initializer.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def weight(self, *dims: int) -> str:
        """Store a learned tensor whose numbers are elsewhere; return its name."""
        name = f"{self._prefix}/weight/{len(self._graph.initializer)}"
        self._graph.initializer.append(absent_tensor(name, dims))
        return name

    def named(self, *names: str) -> dict[str, Any]:
        """Return those attributes that the node has."""
        found = self.node.attributes
        return {name: found[name] for name in names if name in found}

    def finish(self, value: str, position: int = 0) -> None:
        """Make `value` a result of the node."""
        if len(self.node.outputs) > position and self.node.outputs[position]:
            self.call("Identity", value, output=self.node.outputs[position])


def expand_fused(graph: onnx.GraphProto) -> None:
    """Replace the fused nodes of a graph and of its sub-graphs by their parts, in place."""
    nodes = list(_expanded(graph))
    if len(nodes) != len(graph.node) or any(
        (node.domain, node.op_type) in FUSED for node in graph.node
    ):
        del graph.node[:]
        graph.node.extend(nodes)


def _expanded(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    stored = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                expand_fused(attribute.g)
        write = FUSED.get((node.domain, node.op_type))
        if write is None:
            yield node
            continue
        fused = FusedNode(OnnxNode.of(node), graph)
        write(fused, stored)
        yield from fused.parts


FusedWriter = Callable[[FusedNode, dict[str, tuple[int, ...]]], None]

FUSED: dict[tuple[str, str], FusedWriter] = {}
"""How the parts of each fused operator are written, by its domain and name."""


def expands(*operators: str, domain: str = "com.microsoft") -> Callable[[FusedWriter], FusedWriter]:
    """Make the decorated function write the parts of the operators called so."""

    def register(writer: FusedWriter) -> FusedWriter:
        FUSED.update({(domain, operator): writer for operator in operators})
        return writer

    return register


StoredDims = dict[str, tuple[int, ...]]
