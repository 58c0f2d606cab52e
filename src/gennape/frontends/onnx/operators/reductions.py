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
    details: dict[str, object] = {"axes": axes, "keepdim": bool(node.attributes.get("keepdims", 1))}
    if node.op == "ArgMax":
        details["function"] = "argmax"
        if node.attributes.get("select_last_index", 0):
            details["not_executable"] = "the last place of the maximum"
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
        details={
            "axes": sorted(_axes(converter, node, len(converter.dims(x)))),
            "keepdim": bool(node.attributes.get("keepdims", 1)),
        },
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
    axis = converter.setting(node, "axis", 1)
    details: dict[str, object] = {
        name: True for name in ("exclusive", "reverse") if node.attributes.get(name, 0)
    }
    mixes: list[int] = []
    if axis is not None:
        details["axis"] = axis[0] % len(converter.dims(node.inputs[0]))
        mixes = [axis[0] % len(converter.dims(node.inputs[0]))]
    x, output = node.inputs[0], node.outputs[0]
    converter.emit(Op.CUMULATIVE_SUM, (x,), output, details=details, mixes=mixes)


@converts("TopK")
def top(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the largest elements and their positions."""
    dims = converter.dims(node.outputs[0])
    axis = node.attributes.get("axis", -1) % len(dims)
    details: dict[str, object] = {"axis": axis, "count": dims[axis]}
    if node.attributes.get("largest", 1):
        details["descending"] = True
    converter.emit(Op.SORT, node.inputs[:1], node.outputs[0], details=details, mixes=(axis,))
    converter.also(node.outputs[1:], node.outputs[0])
