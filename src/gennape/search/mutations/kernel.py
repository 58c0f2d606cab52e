"""Another kernel size; padding follows, so that shapes stay."""

from dataclasses import replace

from gennape.graph import Op
from gennape.graph.node import Node
from gennape.search.mutations.editing import Edit, Nodes, owns_its_weights, with_weights

SIZES = (1, 3, 5, 7)


def options(nodes: Nodes) -> list[Edit]:
    """Convolutions with a square odd kernel, and the sizes they can have."""
    return [
        Edit("kernel", node.index, size)
        for node in nodes
        if _is_square(node) and owns_its_weights(node)
        for size in SIZES
        if size != node.kernel[0] and min(_padding(node, size)) >= 0 and _is_useful(node, size)
    ]


def apply(nodes: Nodes, edit: Edit) -> Nodes:
    """The convolution with its new kernel."""
    node, size = nodes[edit.node], int(edit.value)
    changed = replace(node, kernel=(size, size), padding=_padding(node, size))
    return (*nodes[: edit.node], with_weights(changed), *nodes[edit.node + 1 :])


def _is_square(node: Node) -> bool:
    return (
        node.op is Op.CONV
        and node.kernel[0] == node.kernel[1]
        and node.kernel[0] % 2 == 1
        and min(node.input_shape[1:]) > 1
    )


def _is_useful(node: Node, size: int) -> bool:
    """A 1x1 window that steps over pixels, or alone in its channel, is a waste."""
    return size > 1 or (node.stride == (1, 1) and node.groups == 1)


def _padding(node: Node, size: int) -> tuple[int, int, int, int]:
    more = [(size - node.kernel[0]) // 2 * dilation for dilation in node.dilation]
    top, left, bottom, right = node.padding
    return top + more[0], left + more[1], bottom + more[0], right + more[1]
