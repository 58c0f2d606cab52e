"""Changes of layout, type, size and borders."""

from gennape.frontends.layout import axis_after_reshape, reshape_details
from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import PRIVATE, OnnxNode
from gennape.frontends.onnx.operators.interpolation import resize_details
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES

_IDENTITIES = ("Identity", "Cast", "CastLike", "QuantizeLinear", "DequantizeLinear")


@converts(*_IDENTITIES)
def identity(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the same numbers, perhaps in another type."""
    is_quantised = node.op.endswith("QuantizeLinear") or node.op == "DequantizeLinear"
    details = {"not_executable": "numbers are rounded to integers"} if is_quantised else {}
    converter.emit(Op.IDENTITY, node.inputs[:1], node.outputs[0], details=details)


@converts("Dropout")
def dropout(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write random zeros during training."""
    converter.emit(Op.DROPOUT, node.inputs[:1], node.outputs[0])
    converter.also(node.outputs[1:], node.outputs[0])


@converts("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the same elements in the same order."""
    write_reshape(converter, node.inputs[0], node.outputs[0])


def write_reshape(converter: OnnxConverter, x: str, output: str) -> None:
    """Write a reshape of `x`; no detail when it is the plain flattening."""
    before, after = converter.dims(x), converter.dims(output)
    axis = axis_after_reshape(before, converter.axis(x), after)
    place = converter.batch_after(Op.RESHAPE, (x,), after)
    details = reshape_details(converter.sample_dims(x), converter.one_sample(after, place))
    converter.emit(Op.RESHAPE, (x,), output, axis=axis, details=details)


@converts("DepthToSpace", "SpaceToDepth")
def rearrange(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write channels become positions, or the other way round."""
    mode = node.attributes.get("mode", "DCR")
    details = {"factor": node.attributes["blocksize"], "mode": mode}
    converter.emit(Op.RESHAPE, node.inputs, node.outputs[0], axis=1, details=details)


@converts("SwapLastAxes", domain=PRIVATE)
def swap_last_axes(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a transpose of the last two axes."""
    x = node.inputs[0]
    rank = len(converter.dims(x))
    order = [*range(rank - 2), rank - 1, rank - 2]
    axis = order.index(converter.axis(x))
    converter.emit(Op.TRANSPOSE, (x,), node.outputs[0], axis=axis, details={"dims": order})


@converts("Transpose")
def transpose(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write axes in another order."""
    x = node.inputs[0]
    rank = len(converter.dims(x))
    order = list(node.attributes.get("perm", range(rank - 1, -1, -1)))
    axis = order.index(converter.axis(x))
    converter.emit(Op.TRANSPOSE, (x,), node.outputs[0], axis=axis, details={"dims": order})


@converts("Expand", "Tile")
def expand(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write repeated elements."""
    details: dict[str, object] = {"shape": list(converter.dims(node.outputs[0])[1:])}
    if node.op == "Tile":
        repeats = converter.setting(node, "repeats", 1)
        details = {"repeats": repeats}
        if repeats is None:
            details = {"not_executable": "how often it is repeated is not stored"}
    converter.emit(Op.EXPAND, node.inputs[:1], node.outputs[0], details=details)


@converts("Resize", "Upsample")
def resize(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write interpolation to another height and width."""
    details = resize_details(converter, node)
    converter.emit(
        Op.RESIZE, node.inputs[:1], node.outputs[0], axis=1, read_axis=1, details=details
    )


@converts("GridSample")
def grid_sample(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write interpolation at given positions."""
    modes = {"linear": "bilinear", "cubic": "bicubic"}
    mode = node.attributes.get("mode", "bilinear")
    details: dict[str, object] = {"mode": modes.get(mode, mode)}
    if node.attributes.get("padding_mode", "zeros") != "zeros":
        details["padding_mode"] = node.attributes["padding_mode"]
    if node.attributes.get("align_corners", 0):
        details["align_corners"] = True
    converter.emit(Op.GRID_SAMPLE, node.inputs, node.outputs[0], axis=1, details=details)


_MODES = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@converts("Pad")
def pad(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a border; it holds zeros unless the details say otherwise."""
    x = node.inputs[0]
    mode = node.attributes.get("mode", "constant")
    value = _value(converter, node)
    details: dict[str, object] = {}
    if mode != "constant":
        details["mode"] = _MODES[mode]
    elif value:
        details["value"] = value
    before, after = _sides(converter, node)
    attributes: tuple[int, ...] = NO_ATTRIBUTES
    if converter.axis(x) == 1 and len(before) == 4 and not any(before[:2] + after[:2]):
        attributes = (*NO_ATTRIBUTES[:4], *before[2:], *after[2:], *NO_ATTRIBUTES[8:])
    else:  # as PyTorch has them, the last axis first
        pairs = zip(reversed(before), reversed(after), strict=True)
        details["pads"] = [size for pair in pairs for size in pair]
    converter.emit(Op.PAD, (x,), node.outputs[0], attributes=attributes, details=details)


def _value(converter: OnnxConverter, node: OnnxNode) -> float:
    """Return what a border holds: an attribute or, since operator set 11, an input."""
    if len(node.inputs) > 2 and node.inputs[2]:
        return converter.scalar(node.inputs[2]) or 0.0
    return float(node.attributes.get("value", 0.0))


def _sides(converter: OnnxConverter, node: OnnxNode) -> tuple[list[int], list[int]]:
    """Return sizes before and after along every axis."""
    rank = len(converter.dims(node.inputs[0]))
    pads = converter.setting(node, "pads", 1) or [0] * 2 * rank
    axes = [axis % rank for axis in converter.setting(node, "axes", 3) or range(rank)]
    before, after = [0] * rank, [0] * rank
    for axis, first, last in zip(axes, pads, pads[len(axes) :], strict=False):
        before[axis], after[axis] = first, last
    return before, after
