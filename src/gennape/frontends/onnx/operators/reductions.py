"""Reductions along axes."""

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op

_REDUCTIONS = {
    "ReduceMean": Op.MEAN,
    "ReduceSum": Op.SUM,
    "ReduceMax": Op.MAX,
    "ArgMax": Op.MAX,
}


@writes(*_REDUCTIONS)
def reduction(reader: Reader, node: OnnxNode) -> None:
    """One number for all elements along some axes."""
    x, output = node.inputs[0], node.outputs[0]
    rank, channels = len(reader.dims(x)), reader.axis(x)
    axes = _axes(reader, node, rank)
    if not node.attributes.get("keepdims", 1):
        channels -= sum(axis < channels for axis in axes)
        channels = max(min(channels, len(reader.dims(output)) - 1), 0)
    reader.emit(_REDUCTIONS[node.op], (x,), output, axis=channels)


def _axes(reader: Reader, node: OnnxNode, rank: int) -> list[int]:
    """The reduced axes; all of them unless the operator names some."""
    if node.op == "ArgMax":
        return [node.attributes.get("axis", 0) % rank]
    axes = reader.setting(node, "axes", 1)
    return [axis % rank for axis in axes] if axes else list(range(rank))


@writes("CumSum")
def cumulative_sum(reader: Reader, node: OnnxNode) -> None:
    """Sums of all elements so far."""
    reader.emit(Op.CUMULATIVE_SUM, node.inputs[:1], node.outputs[0])


@writes("TopK")
def top(reader: Reader, node: OnnxNode) -> None:
    """The largest elements and their positions."""
    reader.emit(Op.SORT, node.inputs[:1], node.outputs[0])
    reader.also(node.outputs[1:], node.outputs[0])
