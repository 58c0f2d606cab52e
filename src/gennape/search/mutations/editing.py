"""Graphs as lists of nodes, and edits of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import NamedTuple

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.node import Node

Nodes = tuple[Node, ...]
"""Nodes of a graph; `Node.index` is the place in the tuple."""


class Edit(NamedTuple):
    """Change of a graph.

    Attributes:
        kind: A key of `MUTATIONS`.
        node: The node that is changed.
        value: A kernel size, a number of channels, an operation, another node.
    """

    kind: str
    node: int
    value: int | str


def graph_of_nodes(nodes: Nodes, name: str) -> ComputationGraph:
    """Build the graph of some nodes."""
    build = GraphBuilder()
    for node in nodes:
        build.copy_node(node, node.arguments)
    return build.build(name)


def numbered(nodes: Sequence[Node]) -> Nodes:
    """Renumber nodes in a new order; indices and arguments follow it.

    Args:
        nodes: In topological order; indices and arguments are those of before.
    """
    place = {node.index: position for position, node in enumerate(nodes)}
    return tuple(
        replace(node, index=place[node.index], arguments=tuple(place[a] for a in node.arguments))
        for node in nodes
    )


def redirected(nodes: Nodes, instead: Mapping[int, int]) -> Nodes:
    """Replace arguments of nodes."""
    return tuple(
        replace(node, arguments=tuple(instead.get(a, a) for a in node.arguments)) for node in nodes
    )


def cleaned(nodes: Nodes) -> Nodes:
    """Keep the nodes that an output needs, and the inputs."""
    needed = needed_by_outputs(nodes)
    return numbered([node for node in nodes if node.index in needed or node.op is Op.INPUT])


def needed_by_outputs(nodes: Nodes) -> set[int]:
    """Return the indices of the nodes that an output needs, itself included."""
    needed = {node.index for node in nodes if node.op is Op.OUTPUT}
    for node in reversed(nodes):
        if node.index in needed:
            needed.update(node.arguments)
    return needed


def users_of(nodes: Nodes) -> list[list[int]]:
    """List the nodes that read each node's result."""
    users: list[list[int]] = [[] for _ in nodes]
    for node in nodes:
        for argument in node.arguments:
            users[argument].append(node.index)
    return users


def owns_its_weights(node: Node) -> bool:
    """Return whether a convolution or linear layer has weights of its own, as many as it should."""
    return "weight" not in node.details and node.parameters == weights_of(node)


def weights_of(node: Node) -> int:
    """Count the weights of a convolution or linear layer."""
    inputs, outputs = node.input_shape[0] // node.groups, node.output_shape[0]
    return outputs * inputs * prod(node.kernel) + (outputs if node.bias else 0)


def with_weights(node: Node) -> Node:
    """Give a convolution or linear layer the number of weights that its shape asks for."""
    return replace(node, parameters=weights_of(node))
