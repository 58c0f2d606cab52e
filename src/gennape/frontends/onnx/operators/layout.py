"""Changes of layout, type and size."""

from gennape.frontends.layout import axis_after_reshape
from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES

_IDENTITIES = ("Identity", "Cast", "CastLike", "QuantizeLinear", "DequantizeLinear")


@writes(*_IDENTITIES)
def identity(reader: Reader, node: OnnxNode) -> None:
    """The same numbers, perhaps in another type."""
    reader.emit(Op.IDENTITY, node.inputs[:1], node.outputs[0])


@writes("Dropout")
def dropout(reader: Reader, node: OnnxNode) -> None:
    """Random zeros during training."""
    reader.emit(Op.DROPOUT, node.inputs[:1], node.outputs[0])
    reader.also(node.outputs[1:], node.outputs[0])


@writes("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape(reader: Reader, node: OnnxNode) -> None:
    """The same elements in the same order."""
    write_reshape(reader, node.inputs[0], node.outputs[0])


def write_reshape(reader: Reader, x: str, output: str) -> None:
    """A reshape of `x`."""
    axis = axis_after_reshape(reader.dims(x), reader.axis(x), reader.dims(output))
    reader.emit(Op.RESHAPE, (x,), output, axis=axis)


@writes("DepthToSpace", "SpaceToDepth")
def rearrange(reader: Reader, node: OnnxNode) -> None:
    """Channels become positions, or the other way round."""
    reader.emit(Op.RESHAPE, node.inputs, node.outputs[0], axis=1)


@writes("Transpose")
def transpose(reader: Reader, node: OnnxNode) -> None:
    """Axes in another order."""
    x = node.inputs[0]
    rank = len(reader.dims(x))
    order = list(node.attributes.get("perm", range(rank - 1, -1, -1)))
    reader.emit(Op.TRANSPOSE, (x,), node.outputs[0], axis=order.index(reader.axis(x)))


@writes("Expand", "Tile")
def expand(reader: Reader, node: OnnxNode) -> None:
    """Repeated elements."""
    reader.emit(Op.EXPAND, node.inputs[:1], node.outputs[0])


@writes("Resize", "Upsample")
def resize(reader: Reader, node: OnnxNode) -> None:
    """Interpolation to another height and width."""
    mode = node.attributes.get("mode", "nearest")
    reader.emit(Op.RESIZE, node.inputs[:1], node.outputs[0], mode=mode)


@writes("GridSample")
def grid_sample(reader: Reader, node: OnnxNode) -> None:
    """Interpolation at given positions."""
    reader.emit(Op.GRID_SAMPLE, node.inputs, node.outputs[0])


@writes("Pad")
def pad(reader: Reader, node: OnnxNode) -> None:
    """A border; zeros are the border unless details say otherwise."""
    x, output = node.inputs[0], node.outputs[0]
    rank, channels = len(reader.dims(x)), reader.axis(x)
    mode = node.attributes.get("mode", "constant")
    value = node.attributes.get("value", 0.0)
    if len(node.inputs) > 2 and node.inputs[2]:
        value = reader.scalar(node.inputs[2])
    pads = reader.setting(node, "pads", 1) or [0] * 2 * rank
    axes = reader.setting(node, "axes", 3) or list(range(rank))
    before = {axis % rank: size for axis, size in zip(axes, pads, strict=False)}
    after = {axis % rank: size for axis, size in zip(axes, pads[len(axes) :], strict=False)}
    height, width, *_ = [*(a for a in range(1, rank) if a != channels), -1, -1]
    border = [side.get(axis, 0) for side in (before, after) for axis in (height, width)]
    details = {} if mode == "constant" else {"mode": mode}
    if mode == "constant" and value:
        details = {"value": str(value)}
    reader.emit(
        Op.PAD,
        (x,),
        output,
        attributes=(*NO_ATTRIBUTES[:4], *border, *NO_ATTRIBUTES[8:]),
        **details,
    )
