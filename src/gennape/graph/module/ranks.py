"""How many dimensions, the batch among them, each tensor of a running graph has."""

from collections.abc import Sequence

from gennape.graph.node import Node
from gennape.graph.operations import Op

_IMAGE = 4
_REDUCTIONS = frozenset({Op.MEAN, Op.SUM, Op.MAX})


def rank_of(node: Node, arguments: Sequence[int]) -> int:
    """The rank of a node's result, given those of its arguments."""
    details = node.details
    match node.op:
        case Op.PARAMETER:
            return len(parameter_shape(node))
        case Op.INPUT | Op.RESHAPE | Op.EXPAND:
            default = _IMAGE - 1 if node.op is Op.INPUT else 1
            return 1 + len(details["shape"]) if "shape" in details else 1 + default
        case Op.MATMUL if "equation" in details:
            return len(details["equation"].replace(" ", "").partition("->")[2])
        case op if op in _REDUCTIONS and not details.get("keepdim"):
            return arguments[0] - len(details["axes"])
    return max(arguments)


def parameter_shape(node: Node) -> Sequence[int]:
    """Dimensions of a parameter node's tensor."""
    shape: Sequence[int] = node.details.get("shape", (1, *node.output_shape))
    return shape
