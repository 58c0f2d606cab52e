"""How far the counted part of an ONNX graph goes.

Results such as the boxes that NonMaxSuppression keeps have no size before the network runs. What
precedes them is counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gennape.frontends.onnx.document import Dims, OnnxNode
from gennape.frontends.onnx.static import StaticTensors

_WORK = frozenset(
    {
        "Conv",
        "ConvInteger",
        "ConvTranspose",
        "DeformConv",
        "QLinearConv",
        "MatMul",
        "MatMulInteger",
        "QLinearMatMul",
        "Gemm",
        "Einsum",
        "Attention",
        "LSTM",
        "GRU",
        "RNN",
        "If",
        "Loop",
        "Scan",
    }
)
"""Operators that multiply and accumulate."""


@dataclass(frozen=True)
class Extent:
    """The end of the counted part.

    Attributes:
        ends: The nodes whose results have no known size.
        uncounted: Values that are computed from these.
        leaves_work: Whether work is not counted: weights are used, or matrices multiplied.
    """

    ends: tuple[OnnxNode, ...]
    uncounted: frozenset[str]
    leaves_work: bool


def counted_extent(
    nodes: Sequence[OnnxNode],
    outputs: Sequence[str],
    dims: Mapping[str, Dims],
    static: StaticTensors,
) -> Extent:
    """Find where the counted part of a graph ends.

    Args:
        nodes: Its nodes, in topological order.
        outputs: Its results.
        dims: Dimensions that are known.
        static: Tensors that do not depend on its inputs.
    """
    used = {name for node in nodes for name in node.used_names}.union(outputs)
    ends: list[OnnxNode] = []
    uncounted: set[str] = set()
    leaves_work = False
    for node in nodes:
        results = [name for name in node.outputs if name and name not in static]
        follows = any(name in uncounted for name in node.used_names)
        wanted = used.intersection(results) or results
        if not follows and all(name in dims for name in wanted):
            continue
        uncounted.update(results)
        if not follows and not used.intersection(results):
            continue  # nobody takes what it computes
        weighted = any(static.is_learned(name) for name in node.used_names)
        leaves_work |= weighted or node.op in _WORK
        if not follows:
            ends.append(node)
    return Extent(tuple(ends), frozenset(uncounted), leaves_work)
