"""Parts of a network with one way in, one way out, and the same shape at both."""

from typing import NamedTuple

from gennape.graph.node import Node
from gennape.graph.operations import SOURCES, WEIGHTED, Op
from gennape.search.mutations.editing import Nodes, users_of

_LARGEST = 64


class Block(NamedTuple):
    """The nodes after `before` up to `last`, in the graph's order.

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


def blocks_of(nodes: Nodes) -> list[Block]:
    """For each node the smallest block that ends there and holds a layer with weights."""
    lowest = [min(node.arguments, default=node.index) for node in nodes]
    highest = [max(users, default=node) for node, users in enumerate(users_of(nodes))]
    found = (_block(nodes, lowest, highest, last) for last in range(len(nodes)))
    return [block for block in found if block is not None]


def _block(nodes: Nodes, lowest: list[int], highest: list[int], last: int) -> Block | None:
    reads, leads, has_weights = last, last, False
    for node in range(last, max(0, last - _LARGEST), -1):
        if not _can_be_copied(nodes[node]):
            return None
        reads = min(reads, lowest[node])
        leads = max(leads, highest[node] if node < last else last)
        has_weights |= nodes[node].op in WEIGHTED
        alike = nodes[node - 1].output_shape == nodes[last].output_shape
        if has_weights and alike and reads == node - 1 and leads == last:
            return Block(node - 1, last)
    return None


def _can_be_copied(node: Node) -> bool:
    return node.op not in SOURCES and node.op is not Op.OUTPUT and "weight" not in node.details
