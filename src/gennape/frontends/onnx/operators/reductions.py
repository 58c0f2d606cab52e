"""Reductions along axes."""

from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import OnnxNode
from gennape.graph import Op

_REDUCTIONS = {
    "ReduceMean": Op.MEAN,
    "ReduceSum": Op.SUM,
    "ReduceMax": Op.MAX,
    "ArgMax": Op.MAX,
}


@converts(*_REDUCTIONS)
def reduction(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write one number for all elements along some axes."""
    axes = sorted(_axes(converter, node, len(converter.dims(node.inputs[0]))))
    details = {"axes": axes, "keepdim": bool(node.attributes.get("keepdims", 1))}
    axis = _kept_axis(converter, node)
    converter.emit(
        _REDUCTIONS[node.op], node.inputs[:1], node.outputs[0], axis=axis, details=details
    )


@converts("ReduceL2")
def vector_norm(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the root of a sum of squares, as its parts."""
    x, output = node.inputs[0], node.outputs[0]
    square, total = f"{output}/square", f"{output}/sum"
    converter.emit(Op.POWER, (x,), square, output_dims=converter.dims(x), details={"exponent": 2})
    converter.emit(
        Op.SUM,
        (square,),
        total,
        axis=_kept_axis(converter, node),
        output_dims=converter.dims(output),
    )
    converter.emit(Op.POWER, (total,), output, details={"exponent": 0.5})


def _kept_axis(converter: OnnxConverter, node: OnnxNode) -> int:
    """Find where the channels are in the result; last if they are gone."""
    channels = converter.axis(node.inputs[0])
    if node.attributes.get("keepdims", 1):
        return channels
    axes = _axes(converter, node, len(converter.dims(node.inputs[0])))
    if channels in axes:
        return max(len(converter.dims(node.outputs[0])) - 1, 0)
    return channels - sum(axis < channels for axis in axes)


def _axes(converter: OnnxConverter, node: OnnxNode, rank: int) -> list[int]:
    """Return the reduced axes; all of them unless the operator names some."""
    if node.op == "ArgMax":
        return [node.attributes.get("axis", 0) % rank]
    axes = converter.setting(node, "axes", 1)
    return [axis % rank for axis in axes] if axes else list(range(rank))


@converts("CumSum")
def cumulative_sum(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write sums of all elements so far."""
    converter.emit(Op.CUMULATIVE_SUM, node.inputs[:1], node.outputs[0])


@converts("TopK")
def top(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the largest elements and their positions."""
    converter.emit(Op.SORT, node.inputs[:1], node.outputs[0])
    converter.also(node.outputs[1:], node.outputs[0])
