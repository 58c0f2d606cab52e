"""Changes of layout, type and size."""

from gennape.frontends.layout import axis_after_reshape, reshape_details
from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op

_MODES_OF_IMAGES = {"linear": "bilinear", "cubic": "bicubic"}
"""What PyTorch calls them."""

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
    """A reshape of `x`; no detail when it is the plain flattening."""
    before, after = reader.dims(x), reader.dims(output)
    axis = axis_after_reshape(before, reader.axis(x), after)
    reader.emit(Op.RESHAPE, (x,), output, axis=axis, details=reshape_details(before, after))


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
    axis = order.index(reader.axis(x))
    reader.emit(Op.TRANSPOSE, (x,), node.outputs[0], axis=axis, details={"dims": order})


@writes("Expand", "Tile")
def expand(reader: Reader, node: OnnxNode) -> None:
    """Repeated elements."""
    reader.emit(Op.EXPAND, node.inputs[:1], node.outputs[0])


@writes("Resize", "Upsample")
def resize(reader: Reader, node: OnnxNode) -> None:
    """Interpolation to another height and width."""
    named = node.attributes.get("mode", "nearest")
    mode = _MODES_OF_IMAGES.get(named, named) if len(reader.dims(node.outputs[0])) == 4 else named
    reader.emit(
        Op.RESIZE, node.inputs[:1], node.outputs[0], axis=1, read_axis=1, details={"mode": mode}
    )


@writes("GridSample")
def grid_sample(reader: Reader, node: OnnxNode) -> None:
    """Interpolation at given positions."""
    reader.emit(Op.GRID_SAMPLE, node.inputs, node.outputs[0], axis=1)
