"""More and fewer layers: a block once more, or not at all."""

from dataclasses import replace

from gennape.search.mutations.blocks import Block, blocks_of
from gennape.search.mutations.editing import Edit, Nodes, numbered, redirected


def repeatable(nodes: Nodes) -> list[Edit]:
    """Blocks that can follow themselves."""
    return [Edit("repeat", block.last, block.before) for block in blocks_of(nodes)]


def removable(nodes: Nodes) -> list[Edit]:
    """Blocks that can be left out."""
    return [Edit("remove", block.last, block.before) for block in blocks_of(nodes)]


def repeat(nodes: Nodes, edit: Edit) -> Nodes:
    """The block once more, behind itself."""
    block = Block(int(edit.value), edit.node)
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


def remove(nodes: Nodes, edit: Edit) -> Nodes:
    """What read the block's result reads what the block read."""
    return redirected(nodes, {edit.node: int(edit.value)})
