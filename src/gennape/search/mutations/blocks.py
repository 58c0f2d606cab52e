"""Mutations of blocks: once more or not at all, with or without a skip connection.

A block is a part of a network with one way in, one way out, and the same shape at both.
"""

from dataclasses import replace
from typing import NamedTuple

from gennape.graph.node import Node
from gennape.graph.operations import SOURCES, WEIGHTED, Op
from gennape.search.mutations.editing import (
    Edit,
    Nodes,
    needed_by_outputs,
    numbered,
    redirected,
    users_of,
)

_LARGEST = 64


class NodeBlock(NamedTuple):
    """Nodes after `before` up to `last`, in the graph's order.

    Attributes:
        before: The node whose result is all that the block reads.
        last: The node whose result is all that others read of the block.
    """

    before: int
    last: int

    @property
    def members(self) -> range:
        """Indices of the block's nodes."""
        return range(self.before + 1, self.last + 1)


def blocks_of(nodes: Nodes) -> list[NodeBlock]:
    """Find for each node the smallest block that ends there and holds a layer with weights."""
    lowest = [min(node.arguments, default=node.index) for node in nodes]
    highest = [max(users, default=node) for node, users in enumerate(users_of(nodes))]
    found = (_block(nodes, lowest, highest, last) for last in range(len(nodes)))
    return [block for block in found if block is not None]


def _block(nodes: Nodes, lowest: list[int], highest: list[int], last: int) -> NodeBlock | None:
    reads, leads, has_weights = last, last, False
    for node in range(last, max(0, last - _LARGEST), -1):
        if not _can_be_copied(nodes[node]):
            return None
        reads = min(reads, lowest[node])
        leads = max(leads, highest[node] if node < last else last)
        has_weights |= nodes[node].op in WEIGHTED
        same_shape = nodes[node - 1].output_shape == nodes[last].output_shape
        if has_weights and same_shape and reads == node - 1 and leads == last:
            return NodeBlock(node - 1, last)
    return None


def _can_be_copied(node: Node) -> bool:
    return node.op not in SOURCES and node.op is not Op.OUTPUT and "weight" not in node.details


def repeatable_blocks(nodes: Nodes) -> list[Edit]:
    """List blocks that can follow themselves."""
    return [Edit("repeat", block.last, block.before) for block in blocks_of(nodes)]


def removable_blocks(nodes: Nodes) -> list[Edit]:
    """List blocks that can be left out."""
    return [Edit("remove", block.last, block.before) for block in blocks_of(nodes)]


def repeat_block(nodes: Nodes, edit: Edit) -> Nodes:
    """Repeat a block behind itself."""
    block = NodeBlock(int(edit.value), edit.node)
    copied = {node: len(nodes) + node for node in block.members}
    inside = copied | {block.before: block.last}
    copies = [
        replace(
            nodes[node],
            index=copied[node],
            arguments=tuple(inside[argument] for argument in nodes[node].arguments),
        )
        for node in block.members
    ]
    after = redirected(nodes[block.last + 1 :], {block.last: copied[block.last]})
    return numbered([*nodes[: block.last + 1], *copies, *after])


def remove_block(nodes: Nodes, edit: Edit) -> Nodes:
    """Connect the readers of a block's result to its input."""
    return redirected(nodes, {edit.node: int(edit.value)})


def skippable_blocks(nodes: Nodes) -> list[Edit]:
    """List blocks that have no skip connection around them."""
    return [
        Edit("skip", block.last, block.before)
        for block in blocks_of(nodes)
        if not (nodes[block.last].op is Op.ADD and block.before in nodes[block.last].arguments)
    ]


def add_skip(nodes: Nodes, edit: Edit) -> Nodes:
    """Add the input of a block to its result."""
    last = nodes[edit.node]
    total = Node(
        index=len(nodes),
        op=Op.ADD,
        arguments=(last.index, int(edit.value)),
        kernel=(1, 1),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        dilation=(1, 1),
        groups=1,
        bias=False,
        input_shape=last.output_shape,
        output_shape=last.output_shape,
        parameters=0,
        details={},
    )
    after = redirected(nodes[edit.node + 1 :], {last.index: total.index})
    return numbered([*nodes[: edit.node + 1], total, *after])


def removable_skips(nodes: Nodes) -> list[Edit]:
    """List arguments of sums without which the network still reads all its inputs."""
    return [
        edit
        for node in nodes
        if node.op is Op.ADD and len(node.arguments) > 1
        for position in range(len(node.arguments))
        if _is_whole(nodes, edit := Edit("unskip", node.index, position))
    ]


def remove_skip(nodes: Nodes, edit: Edit) -> Nodes:
    """Remove an argument of a sum; a sum of one is that one."""
    node, position = nodes[edit.node], int(edit.value)
    left = node.arguments[:position] + node.arguments[position + 1 :]
    if len(left) == 1:
        return redirected(nodes, {node.index: left[0]})
    changed = replace(node, arguments=left)
    return (*nodes[: edit.node], changed, *nodes[edit.node + 1 :])


def _is_whole(nodes: Nodes, edit: Edit) -> bool:
    shapes = {nodes[argument].output_shape for argument in nodes[edit.node].arguments}
    if shapes != {nodes[edit.node].output_shape}:  # a sum that repeats an argument
        return False
    needed = needed_by_outputs(remove_skip(nodes, edit))
    return all(node.index in needed for node in nodes if node.op is Op.INPUT)
