"""Conditions that every graph and batch fulfils; the first violation is named with its node."""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from gennape.graph.arrays import (
    ATTRIBUTE_COLUMNS,
    DILATION,
    GROUPS,
    INPUT_SHAPE,
    KERNEL,
    NO_ATTRIBUTES,
    OUTPUT_SHAPE,
    STRIDE,
    NodeArrays,
)
from gennape.graph.attributes import SCHEMAS, UNUSED_NUMBERS
from gennape.graph.cost import estimated_macs
from gennape.graph.operations import SOURCES, WEIGHTED, Op
from gennape.utils.array_types import IntArray
from gennape.utils.errors import GennapeError


class GraphError(GennapeError, ValueError):
    """A graph that no network can have; the message says which node and why."""


class CheckedDetails(dict[int, Mapping[str, Any]]):
    """Details of nodes whose attributes were all checked when they were written."""


MOST_MACS = 2**62
"""Multiply-accumulates, elements and parameters of the largest graph."""
_VOCABULARY = frozenset(map(int, Op))
_PLAIN = np.array(NO_ATTRIBUTES, dtype=np.int32)


def validate(graph: NodeArrays) -> None:
    """Check the columns of one graph or of a batch.

    Raises:
        GraphError: They do not describe a network.
    """
    _check_arrays(graph)
    _check_edges(graph)
    _check_nodes(graph)
    _check_costs(graph)
    if not isinstance(graph.details, CheckedDetails):
        _check_attributes(graph)


def _check_arrays(graph: NodeArrays) -> None:
    nodes = graph.num_nodes
    expected = {
        "operations": (nodes,),
        "attributes": (nodes, ATTRIBUTE_COLUMNS),
        "node_parameters": (nodes,),
        "edges": (2, graph.edges.shape[-1]),
    }
    for column, shape in expected.items():
        actual = getattr(graph, column).shape
        if actual != shape:
            raise GraphError(f"{column} have shape {actual}, expected {shape}")
    if len(graph.layers) not in (0, nodes):
        raise GraphError(f"{len(graph.layers)} nodes have layers, expected {nodes} or none")
    unknown = sorted(set(graph.operations.tolist()) - _VOCABULARY)
    if unknown:
        raise GraphError(f"operation {unknown[0]} is not in the vocabulary of this version")
    outside = [node for node in graph.details if not 0 <= node < nodes]
    if outside:
        raise GraphError(f"details are given for node {outside[0]} outside 0..{nodes - 1}")


def _check_edges(graph: NodeArrays) -> None:
    sources, targets = graph.edges
    if len(sources) and not (sources.min() >= 0 and targets.max() < graph.num_nodes):
        raise GraphError(f"an edge names a node outside 0..{graph.num_nodes - 1}")
    _refuse(graph, sources >= targets, "an edge goes backwards (a cycle?) into", targets)
    _refuse(graph, np.diff(targets) < 0, "edges are not sorted by target at", targets[1:])


def _check_nodes(graph: NodeArrays) -> None:
    columns = graph.attributes
    is_source = graph.is_in(SOURCES)
    _refuse(graph, is_source & (graph.in_degree > 0), "arguments given to the source")
    _refuse(graph, ~is_source & (graph.in_degree == 0), "no arguments given to")
    _refuse(graph, (graph.operations == Op.OUTPUT) & (graph.out_degree > 0), "a use of the output")
    smallest = columns.min(axis=0, initial=1).tolist()
    for part, what in (
        (OUTPUT_SHAPE, "an output dimension"),
        (INPUT_SHAPE, "an input dimension"),
        (KERNEL, "a kernel size"),
        (STRIDE, "a stride"),
        (DILATION, "a dilation"),
        (slice(GROUPS, GROUPS + 1), "a number of groups"),
    ):
        if min(smallest[part]) < 1:
            _refuse(graph, (columns[:, part] < 1).any(axis=1), f"{what} below 1 at")
    _refuse(graph, graph.node_parameters < 0, "a negative number of parameters at")
    channels = columns[:, (INPUT_SHAPE.start, OUTPUT_SHAPE.start)]
    uneven = (channels % columns[:, GROUPS, None] != 0).any(axis=1)
    _refuse(graph, graph.is_in(WEIGHTED) & uneven, "groups do not divide the channels of")


def _check_costs(graph: NodeArrays) -> None:
    """Refuse costs that 64 bits do not hold, alone or together."""
    largest = graph.attributes.max(axis=0, initial=1).tolist()
    read, written = prod(largest[INPUT_SHAPE]), prod(largest[OUTPUT_SHAPE])
    work = max(written * largest[INPUT_SHAPE.start], read * largest[OUTPUT_SHAPE.start])
    parameters = graph.node_parameters.astype(np.float64)
    if graph.num_nodes * max(work, written) * prod(largest[KERNEL]) < MOST_MACS:
        macs = np.zeros(graph.num_nodes)
    else:
        shapes = graph.attributes[:, (*_places(INPUT_SHAPE), *_places(OUTPUT_SHAPE))]
        elements = shapes.astype(np.float64).reshape(-1, 2, 3).prod(axis=2).max(axis=1)
        macs = np.maximum(estimated_macs(graph), elements)
    if macs.sum() >= MOST_MACS or parameters.sum() >= MOST_MACS:
        is_most = np.arange(graph.num_nodes) == np.argmax(np.maximum(macs, parameters))
        _refuse(graph, is_most, "more work or parameters than 2**62 at, or together with,")


def _places(columns: slice) -> range:
    return range(columns.start, columns.stop)


def _check_attributes(graph: NodeArrays) -> None:
    """Refuse numbers and details that an operation does not have, and values of another type."""
    operations = graph.operations
    changed = graph.attributes[:, : len(_PLAIN)] != _PLAIN
    wrong = (changed & UNUSED_NUMBERS[operations]).any(axis=1)
    _refuse(graph, wrong, "numbers that the operation does not have are given to")
    for node, details in graph.details.items():
        problem = SCHEMAS[operations[node]].problem(details)
        if problem:
            raise GraphError(f"node {node} ({Op(int(operations[node])).name.lower()}) {problem}")


def _refuse(graph: NodeArrays, wrong: Any, problem: str, nodes: IntArray | None = None) -> None:
    """Raise `GraphError` naming the first node where `wrong` holds."""
    if not wrong.any():
        return
    first = int(np.argmax(wrong))
    node = first if nodes is None else int(nodes[first])
    operation = Op(int(graph.operations[node])).name.lower()
    input_shape, output_shape = graph.input_shape[node], graph.output_shape[node]
    raise GraphError(
        f"{problem} node {node} ({operation}, input {input_shape.tolist()}, "
        f"output {output_shape.tolist()})"
    )
