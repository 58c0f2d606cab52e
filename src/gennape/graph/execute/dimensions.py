"""How many dimensions each tensor of a running graph has, and which one is the batch.

A graph holds the sizes of one sample. A reshape can run on a batch of them only while
the batch is the outermost dimension: the sizes behind it are known, its own is whatever
remains. Attention code that puts the sequence before the batch and reshapes then would
mix samples, so it is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gennape.graph.node import Node
from gennape.graph.operations import Op
from gennape.graph.validation import GraphError

_REDUCTIONS = frozenset({Op.MEAN, Op.SUM, Op.MAX})


@dataclass(frozen=True)
class Dimensions:
    """The dimensions of a tensor.

    Attributes:
        rank: How many there are, the batch among them.
        batch: Which one is the batch.
        batch_is_outermost: Whether only dimensions of size 1 come before the batch.
    """

    rank: int
    batch: int = 0
    batch_is_outermost: bool = True


def dimensions_of(node: Node, arguments: Sequence[Dimensions]) -> Dimensions:
    """The dimensions of a node's result, given those of its arguments.

    Raises:
        GraphError: The node would mix the samples of a batch.
    """
    details = node.details
    if node.op is Op.INPUT:
        return Dimensions(1 + len(details.get("shape", node.output_shape)))
    if node.op is Op.PARAMETER:
        return Dimensions(len(parameter_shape(node)))
    first = max(arguments, key=lambda argument: argument.rank)
    if node.op in (Op.RESHAPE, Op.EXPAND):
        if not first.batch_is_outermost:
            raise GraphError(
                "the graph cannot run as a PyTorch module: "
                f"node {node.index} ({node.op.name.lower()}) mixes the samples of a batch"
            )
        return Dimensions(1 + len(details.get("shape", [1])))
    if node.op is Op.TRANSPOSE and "dims" in details:
        batch = details["dims"].index(first.batch)
        return Dimensions(first.rank, batch, batch_is_outermost=batch == 0)
    if node.op is Op.SLICE and (details.get("axis"), first.batch) == (0, 1):
        alone = details["stop"] - details.get("start", 0) == 1
        return replace(first, batch_is_outermost=alone)
    if node.op is Op.MATMUL and "equation" in details:
        return Dimensions(len(details["equation"].replace(" ", "").partition("->")[2]))
    if node.op in _REDUCTIONS and not details.get("keepdim"):
        before = sum(axis < first.batch for axis in details["axes"])
        return Dimensions(
            first.rank - len(details["axes"]), first.batch - before, first.batch_is_outermost
        )
    return first


def parameter_shape(node: Node) -> Sequence[int]:
    """Dimensions of a parameter node's tensor."""
    shape: Sequence[int] = node.details.get("shape", (1, *node.output_shape))
    return shape
