"""Nodes and bodies as they are in an ONNX file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from pathlib import Path

import onnx
from onnx import AttributeProto

from gennape.frontends.errors import FrontendError

MOST_WRITTEN = 50_000
"""Nodes of all bodies that are written out, and of branches that are compared."""


class NodeBudget:
    """How many nodes of bodies may still be written out.

    Args:
        path: The file, for messages.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.left = MOST_WRITTEN

    def spend(self, nodes: int) -> None:
        """Take some nodes.

        Raises:
            FrontendError: There are too few left.
        """
        self.left -= nodes
        if self.left < 0:
            raise FrontendError(
                f"{self._path}: its loops and conditions unfold to more than {MOST_WRITTEN:,} "
                "nodes of a KiB each; export the network without control flow"
            )


def all_nodes(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """Yield nodes, and those of their sub-graphs."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from all_nodes(attribute.g.node)


def tensors_within(body: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    """Yield the tensors that a body and the bodies inside it store, constants under their results.

    Constants of one number are left out unless a layer has them for a weight.
    """
    yield from body.initializer
    weights = {name for node in body.node if node.op_type in _LAYERS for name in node.input[1:]}
    for node in body.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from tensors_within(attribute.g)
            elif node.op_type == "Constant" and attribute.type == AttributeProto.TENSOR:
                tensor = onnx.TensorProto()
                tensor.CopyFrom(attribute.t)
                tensor.name = node.output[0]
                if prod(tensor.dims) > 1 or tensor.name in weights:
                    yield tensor


_LAYERS = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"})


def weight(nodes: Sequence[onnx.NodeProto]) -> int:
    """Count nodes and those of their sub-graphs, and one more for every KiB: what a copy takes."""
    size: int = sum(node.ByteSize() for node in nodes)
    return sum(1 for _ in all_nodes(nodes)) + size // 1024


def renamed(node: onnx.NodeProto, names: Mapping[str, str]) -> onnx.NodeProto:
    """Copy a node with other names of values, also in its sub-graphs."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    del copy.input[:], copy.output[:]
    copy.input.extend(names.get(name, name) for name in node.input)
    copy.output.extend(names.get(name, name) for name in node.output)
    for attribute in copy.attribute:
        if attribute.type == AttributeProto.GRAPH:
            _rename_captured(attribute.g, names)
    return copy


def _rename_captured(graph: onnx.GraphProto, names: Mapping[str, str]) -> None:
    """Rename what a sub-graph reads from outside, in place."""
    inner = {value.name for value in graph.input} | {t.name for t in graph.initializer}
    inner |= {name for node in graph.node for name in node.output}
    outer = {name: other for name, other in names.items() if name not in inner}
    nodes = [renamed(node, outer) for node in graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    for value in graph.output:
        value.name = outer.get(value.name, value.name)
