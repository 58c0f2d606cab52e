"""Topological order of the nodes of an ONNX graph."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

import onnx

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.document import OnnxNode


def sorted_nodes(graph: onnx.GraphProto, path: Path) -> list[OnnxNode]:
    """Decode the nodes of a graph, each after those it reads; the graph itself is sorted too.

    Raises:
        FrontendError: The graph has a cycle, two nodes write the same value, or nobody
            writes a value that is read.
    """
    nodes = [OnnxNode.of(proto) for proto in graph.node]
    writers = _writers(nodes, path)
    _refuse_undefined(graph, writers, nodes, path)
    order = _order(nodes, writers, path)
    if order is nodes:
        return nodes
    protos = [node.proto for node in order]
    del graph.node[:]
    graph.node.extend(protos)
    return order


def sorted_parts(protos: Sequence[onnx.NodeProto], path: Path) -> list[OnnxNode]:
    """Decode nodes that stand for another, each after those it reads.

    Raises:
        FrontendError: They have a cycle, or two write the same value.
    """
    nodes = [OnnxNode.of(proto) for proto in protos]
    return _order(nodes, _writers(nodes, path), path)


def _order(nodes: list[OnnxNode], writers: Mapping[str, int], path: Path) -> list[OnnxNode]:
    """Return the nodes in topological order: the same list, where they have it."""
    needs = {
        index: [writers[name] for name in node.used_names if name in writers]
        for index, node in enumerate(nodes)
    }
    if all(source < index for index, sources in needs.items() for source in sources):
        return nodes
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        node = nodes[error.args[1][0]]
        raise FrontendError(
            f"{path} has a cycle through {node.title}; a network must not depend on its own result"
        ) from error
    return [nodes[index] for index in order]


def _writers(nodes: Sequence[OnnxNode], path: Path) -> dict[str, int]:
    """Find the index of the node that writes each value."""
    writers: dict[str, int] = {}
    for index, node in enumerate(nodes):
        for name in filter(None, node.outputs):
            if name in writers:
                raise FrontendError(f"{path}: two nodes write the value {name!r}; export it again")
            writers[name] = index
    return writers


def _refuse_undefined(
    graph: onnx.GraphProto,
    writers: Mapping[str, int],
    nodes: Sequence[OnnxNode],
    path: Path,
) -> None:
    """Refuse a graph that reads a value which nobody computes."""
    given = {value.name for value in (*graph.input, *graph.initializer)}
    given.update(tensor.values.name for tensor in graph.sparse_initializer)
    reads = chain.from_iterable(node.used_names for node in nodes)
    for name in chain(reads, (value.name for value in graph.output)):
        if name not in writers and name not in given:
            raise FrontendError(f"{path}: nothing computes the value {name!r}; export it again")
