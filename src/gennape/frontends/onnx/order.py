"""Bring the nodes of an ONNX graph into topological order."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import onnx

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.document import OnnxNode


def sort_nodes(graph: onnx.GraphProto, path: Path) -> None:
    """Order the nodes so that each comes after those it reads, in place.

    Raises:
        FrontendError: The graph has a cycle, two nodes write the same value, or nobody
            writes a value that is read.
    """
    writers = _writers(graph, path)
    reads = [OnnxNode.of(node).used_names for node in graph.node]
    _refuse_undefined(graph, writers, reads, path)
    needs = {
        index: [writers[name] for name in names if name in writers]
        for index, names in enumerate(reads)
    }
    if all(source < index for index, sources in needs.items() for source in sources):
        return
    nodes = list(graph.node)
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        node = nodes[error.args[1][0]]
        raise FrontendError(
            f"{path} has a cycle through {node.op_type} {node.name or node.output[0]!r}; "
            "a network must not depend on its own result"
        ) from error
    del graph.node[:]
    graph.node.extend(nodes[index] for index in order)


def _writers(graph: onnx.GraphProto, path: Path) -> dict[str, int]:
    """The index of the node that writes each value."""
    writers: dict[str, int] = {}
    for index, node in enumerate(graph.node):
        for name in filter(None, node.output):
            if name in writers:
                raise FrontendError(f"{path}: two nodes write the value {name!r}; export it again")
            writers[name] = index
    return writers


def _refuse_undefined(
    graph: onnx.GraphProto,
    writers: Mapping[str, int],
    reads: Sequence[Sequence[str]],
    path: Path,
) -> None:
    given = {value.name for value in (*graph.input, *graph.initializer)}
    given.update(tensor.values.name for tensor in graph.sparse_initializer)
    results = [value.name for value in graph.output]
    for name in (name for names in (*reads, results) for name in names):
        if name not in writers and name not in given:
            raise FrontendError(f"{path}: nothing computes the value {name!r}; export it again")
