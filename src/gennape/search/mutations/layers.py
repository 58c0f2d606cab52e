"""Mutations of one layer: another kernel size, another operation.

Padding follows the kernel, so that shapes stay. An activation or a pooling is replaced by
another, a convolution becomes dense or depthwise.
"""

from dataclasses import replace

from gennape.graph import Op
from gennape.graph.node import Node
from gennape.search.mutations.editing import Edit, Nodes, owns_its_weights, with_weights

SIZES = (1, 3, 5, 7)

ACTIVATIONS = (Op.RELU, Op.RELU6, Op.SILU, Op.GELU, Op.HARDSWISH)
_POOLINGS = {Op.MAX_POOL: "avg_pool", Op.AVG_POOL: "max_pool"}
_DENSE, _DEPTHWISE = "dense", "depthwise"


def kernel_options(nodes: Nodes) -> list[Edit]:
    """List convolutions with a square odd kernel, and the sizes they can have."""
    return [
        Edit("kernel", node.index, size)
        for node in nodes
        if _is_square(node) and owns_its_weights(node)
        for size in SIZES
        if size != node.kernel[0] and min(_padding(node, size)) >= 0 and _is_useful(node, size)
    ]


def change_kernel(nodes: Nodes, edit: Edit) -> Nodes:
    """Give a convolution its new kernel."""
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
    """Return whether a window sees more than one pixel, or at least all channels of each."""
    return size > 1 or (node.stride == (1, 1) and node.groups == 1)


def _padding(node: Node, size: int) -> tuple[int, int, int, int]:
    more = [(size - node.kernel[0]) // 2 * dilation for dilation in node.dilation]
    top, left, bottom, right = node.padding
    return top + more[0], left + more[1], bottom + more[0], right + more[1]


def operation_options(nodes: Nodes) -> list[Edit]:
    """List operations that others of the same shape can replace."""
    return [Edit("operation", node.index, name) for node in nodes for name in _others(node)]


def change_operation(nodes: Nodes, edit: Edit) -> Nodes:
    """Give a node its new operation."""
    node = nodes[edit.node]
    if node.op is Op.CONV:
        groups = 1 if edit.value == _DENSE else node.input_shape[0]
        changed = with_weights(replace(node, groups=groups))
    else:
        changed = replace(node, op=Op[str(edit.value).upper()], details={})
    return (*nodes[: edit.node], changed, *nodes[edit.node + 1 :])


def _others(node: Node) -> list[str]:
    if node.op in ACTIVATIONS:
        return [op.name.lower() for op in ACTIVATIONS if op is not node.op]
    if node.op in _POOLINGS and node.dilation == (1, 1):
        return [_POOLINGS[node.op]]
    if _can_be_depthwise(node):
        return [_DEPTHWISE] if node.groups == 1 else [_DENSE]
    return []


def _can_be_depthwise(node: Node) -> bool:
    keeps_channels = node.input_shape[0] == node.output_shape[0] > 1
    return node.op is Op.CONV and keeps_channels and max(node.kernel) > 1 and owns_its_weights(node)
