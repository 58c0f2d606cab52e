"""Another activation, the other pooling, dense or depthwise convolution."""

from dataclasses import replace

from gennape.graph import Op
from gennape.graph.node import Node
from gennape.search.mutations.editing import Edit, Nodes, owns_its_weights, with_weights

ACTIVATIONS = (Op.RELU, Op.RELU6, Op.SILU, Op.GELU, Op.HARDSWISH)
_POOLINGS = {Op.MAX_POOL: "avg_pool", Op.AVG_POOL: "max_pool"}
_DENSE, _DEPTHWISE = "dense", "depthwise"


def options(nodes: Nodes) -> list[Edit]:
    """Operations that others of the same shape can stand for."""
    return [Edit("operation", node.index, name) for node in nodes for name in _others(node)]


def apply(nodes: Nodes, edit: Edit) -> Nodes:
    """The node with its new operation."""
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
    is_alike = node.input_shape[0] == node.output_shape[0] > 1
    return node.op is Op.CONV and is_alike and max(node.kernel) > 1 and owns_its_weights(node)
