"""Skip connections: around a block, or one that is there no more."""

from dataclasses import replace

from gennape.graph import Op
from gennape.graph.node import Node
from gennape.search.mutations.blocks import blocks_of
from gennape.search.mutations.editing import (
    Edit,
    Nodes,
    needed_by_outputs,
    numbered,
    redirected,
)


def addable(nodes: Nodes) -> list[Edit]:
    """Blocks that have no skip connection around them."""
    return [
        Edit("skip", block.last, block.before)
        for block in blocks_of(nodes)
        if not (nodes[block.last].op is Op.ADD and block.before in nodes[block.last].arguments)
    ]


def add(nodes: Nodes, edit: Edit) -> Nodes:
    """What the block read is added to its result."""
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


def removable(nodes: Nodes) -> list[Edit]:
    """Arguments of sums without which the network still reads all its inputs."""
    return [
        edit
        for node in nodes
        if node.op is Op.ADD and len(node.arguments) > 1
        for position in range(len(node.arguments))
        if _is_whole(nodes, edit := Edit("unskip", node.index, position))
    ]


def remove(nodes: Nodes, edit: Edit) -> Nodes:
    """The sum without one argument; a sum of one is that one."""
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
    needed = needed_by_outputs(remove(nodes, edit))
    return all(node.index in needed for node in nodes if node.op is Op.INPUT)
