"""What all changes of graphs share: nodes as a list, and edits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import NamedTuple

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.node import Node

Nodes = tuple[Node, ...]
"""A graph as its nodes; `Node.index` is the place in the tuple."""


class Edit(NamedTuple):
    """One change.

    Attributes:
        kind: A key of `KINDS`.
        node: The node that is changed.
        value: What to: a kernel size, a number of channels, an operation, another node.
    """

    kind: str
    node: int
    value: int | str


def graph_of_nodes(nodes: Nodes, name: str) -> ComputationGraph:
    """The graph that the nodes are."""
    build = GraphBuilder()
    for node in nodes:
        build.add_node(
            node.op,
            node.arguments,
            node.output_shape,
            attributes=(
                *node.kernel,
                *node.stride,
                *node.padding,
                *node.dilation,
                node.groups,
                int(node.bias),
            ),
            parameters=node.parameters,
            input_shape=node.input_shape,
            **node.details,
        )
    return build.build(name)


def numbered(nodes: Sequence[Node]) -> Nodes:
    """Nodes in a new order, with indices and arguments that follow it.

    Args:
        nodes: In topological order; indices and arguments are those of before.
    """
    place = {node.index: position for position, node in enumerate(nodes)}
    return tuple(
        replace(node, index=place[node.index], arguments=tuple(place[a] for a in node.arguments))
        for node in nodes
    )


def redirected(nodes: Nodes, instead: Mapping[int, int]) -> Nodes:
    """The nodes, whose arguments are others now."""
    return tuple(
        replace(node, arguments=tuple(instead.get(a, a) for a in node.arguments)) for node in nodes
    )


def cleaned(nodes: Nodes) -> Nodes:
    """The nodes that an output needs, and the inputs."""
    needed = needed_by_outputs(nodes)
    return numbered([node for node in nodes if node.index in needed or node.op is Op.INPUT])


def needed_by_outputs(nodes: Nodes) -> set[int]:
    """Indices of the nodes that an output needs, itself included."""
    needed = {node.index for node in nodes if node.op is Op.OUTPUT}
    for node in reversed(nodes):
        if node.index in needed:
            needed.update(node.arguments)
    return needed


def users_of(nodes: Nodes) -> list[list[int]]:
    """The nodes that read each node's result."""
    users: list[list[int]] = [[] for _ in nodes]
    for node in nodes:
        for argument in node.arguments:
            users[argument].append(node.index)
    return users


def owns_its_weights(node: Node) -> bool:
    """Whether a convolution or linear layer has all the weights it should, and for itself."""
    return "weight" not in node.details and node.parameters == weights_of(node)


def weights_of(node: Node) -> int:
    """Learned numbers of a convolution or linear layer."""
    inputs, outputs = node.input_shape[0] // node.groups, node.output_shape[0]
    return outputs * inputs * prod(node.kernel) + (outputs if node.bias else 0)


def with_weights(node: Node) -> Node:
    """A convolution or linear layer with the number of weights that its shape asks for."""
    return replace(node, parameters=weights_of(node))
