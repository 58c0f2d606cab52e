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
    axes = sorted(_axes(reader, node, len(reader.dims(node.inputs[0]))))
    details = {"axes": axes, "keepdim": bool(node.attributes.get("keepdims", 1))}
    axis = _kept_axis(reader, node)
    reader.emit(_REDUCTIONS[node.op], node.inputs[:1], node.outputs[0], axis=axis, details=details)


@writes("ReduceL2")
def vector_norm(reader: Reader, node: OnnxNode) -> None:
    """The root of a sum of squares, as its parts."""
    x, output = node.inputs[0], node.outputs[0]
    square, total = f"{output}/square", f"{output}/sum"
    reader.emit(Op.POWER, (x,), square, output_dims=reader.dims(x), details={"exponent": 2})
    reader.emit(
        Op.SUM, (square,), total, axis=_kept_axis(reader, node), output_dims=reader.dims(output)
    )
    reader.emit(Op.POWER, (total,), output, details={"exponent": 0.5})


def _kept_axis(reader: Reader, node: OnnxNode) -> int:
    """Where the channels are in the result; last if they are gone."""
    channels = reader.axis(node.inputs[0])
    if node.attributes.get("keepdims", 1):
        return channels
    axes = _axes(reader, node, len(reader.dims(node.inputs[0])))
    if channels in axes:
        return max(len(reader.dims(node.outputs[0])) - 1, 0)
    return channels - sum(axis < channels for axis in axes)


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
