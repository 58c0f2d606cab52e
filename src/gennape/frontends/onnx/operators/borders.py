"""Padding as a node of its own."""

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES

_MODES = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@writes("Pad")
def pad(reader: Reader, node: OnnxNode) -> None:
    """A border; it holds zeros unless the details say otherwise."""
    mode = node.attributes.get("mode", "constant")
    value = _value(reader, node)
    details: dict[str, object] = {}
    if mode != "constant":
        details["mode"] = _MODES[mode]
    elif value:
        details["value"] = value
    border = _border(reader, node)
    attributes = (*NO_ATTRIBUTES[:4], *border, *NO_ATTRIBUTES[8:])
    reader.emit(Op.PAD, node.inputs[:1], node.outputs[0], attributes=attributes, details=details)


def _value(reader: Reader, node: OnnxNode) -> float:
    """What a border holds: an attribute or, since operator set 11, an input."""
    if len(node.inputs) > 2 and node.inputs[2]:
        return reader.scalar(node.inputs[2]) or 0.0
    return float(node.attributes.get("value", 0.0))


def _border(reader: Reader, node: OnnxNode) -> list[int]:
    """Sizes at the top, left, bottom and right."""
    x = node.inputs[0]
    rank, channels = len(reader.dims(x)), reader.axis(x)
    pads = reader.setting(node, "pads", 1) or [0] * 2 * rank
    axes = [axis % rank for axis in reader.setting(node, "axes", 3) or range(rank)]
    before = dict(zip(axes, pads[: len(axes)], strict=True))
    after = dict(zip(axes, pads[len(axes) :], strict=True))
    spatial = [axis for axis in range(1, rank) if axis != channels][:2]
    missing = [0] * (2 - len(spatial))
    return [
        size for side in (before, after) for size in [*(side.get(a, 0) for a in spatial), *missing]
    ]
