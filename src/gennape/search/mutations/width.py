"""Mutation of width: another number of channels, wherever the same number is needed.

Channels of a node's result are those of all nodes that it is added to, multiplied with, or
passed through without change. Such nodes form a group; a group can have another width if
nothing but dense convolutions and linear layers begins and ends it. Depthwise convolutions
belong inside.
"""

from dataclasses import replace

from gennape.graph import Op
from gennape.graph.node import Node
from gennape.graph.operations import ACTIVATIONS, POOLINGS
from gennape.search.mutations.editing import Edit, Nodes, owns_its_weights, with_weights

FACTORS = (0.5, 0.75, 1.25, 1.5, 2.0)
_STEP, _SMALL_STEP, _SMALL = 8, 2, 16

_LAYERS = (Op.CONV, Op.LINEAR)
_SUMS = (Op.ADD, Op.SUB, Op.MUL, Op.MAXIMUM, Op.MINIMUM)
_THROUGH = {*(ACTIVATIONS - {Op.SOFTMAX}), *POOLINGS, *_SUMS} | {
    Op.BATCH_NORM,
    Op.DROPOUT,
    Op.IDENTITY,
    Op.RESHAPE,
}


def options(nodes: Nodes) -> list[Edit]:
    """List groups that can have another width, named by their first layer, and the widths."""
    groups = _groups(nodes)
    first: dict[int, int] = {}
    for node in nodes:
        if _is_dense(node):
            first.setdefault(groups[node.index], node.index)
    return [
        Edit("width", node, width)
        for group, node in first.items()
        if group != _FIXED
        for width in _widths(nodes[node].output_shape[0])
    ]


def apply(nodes: Nodes, edit: Edit) -> Nodes:
    """Give a whole group its new width."""
    groups, width = _groups(nodes), int(edit.value)
    members = {node.index for node in nodes if groups[node.index] == groups[edit.node]}
    return tuple(_resized(node, members, width) for node in nodes)


def _widths(channels: int) -> list[int]:
    step = _STEP if channels >= _SMALL else _SMALL_STEP
    rounded = (max(step, round(channels * factor / step) * step) for factor in FACTORS)
    return sorted(set(rounded) - {channels})


def _resized(node: Node, members: set[int], width: int) -> Node:
    inside = node.index in members
    if not inside and not members.intersection(node.arguments):
        return node
    reads = bool(node.arguments) and node.arguments[0] in members
    inputs = (width, *node.input_shape[1:]) if reads else node.input_shape
    outputs = (width, *node.output_shape[1:]) if inside else node.output_shape
    groups = width if _is_depthwise(node) else node.groups
    resized = replace(node, input_shape=inputs, output_shape=outputs, groups=groups)
    if node.op in _LAYERS:
        return with_weights(resized)
    return replace(resized, parameters=node.parameters * outputs[0] // node.output_shape[0])


_FIXED = -1


def _groups(nodes: Nodes) -> list[int]:
    """Return the group of each node's result, `_FIXED` where its width cannot change."""
    parent = list(range(len(nodes)))
    fixed: set[int] = set()

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for node in nodes:
        if _is_dense(node):
            continue
        if _passes_through(node, nodes):
            for argument in node.arguments:
                parent[root(argument)] = root(node.index)
        else:
            fixed.update((node.index, *node.arguments))
    roots = {root(node) for node in fixed}
    return [_FIXED if root(node.index) in roots else root(node.index) for node in nodes]


def _is_dense(node: Node) -> bool:
    return node.op in _LAYERS and node.groups == 1 and owns_its_weights(node)


def _is_depthwise(node: Node) -> bool:
    return (
        node.op is Op.CONV
        and node.groups == node.input_shape[0] == node.output_shape[0] > 1
        and owns_its_weights(node)
    )


def _passes_through(node: Node, nodes: Nodes) -> bool:
    """Return whether each channel of the result comes of the same channel of every argument."""
    if _is_depthwise(node):
        return True
    channels = {nodes[argument].output_shape[0] for argument in node.arguments}
    return (
        node.op in _THROUGH
        and not {"axes", "axis", "shape", "dims", "weight"}.intersection(node.details)
        and channels == {node.input_shape[0]} == {node.output_shape[0]}
    )
