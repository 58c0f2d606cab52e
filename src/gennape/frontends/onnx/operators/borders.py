"""Padding as a node of its own."""

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES

_MODES = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@writes("Pad")
def pad(reader: Reader, node: OnnxNode) -> None:
    """A border; it holds zeros unless the details say otherwise."""
    x = node.inputs[0]
    mode = node.attributes.get("mode", "constant")
    value = _value(reader, node)
    details: dict[str, object] = {}
    if mode != "constant":
        details["mode"] = _MODES[mode]
    elif value:
        details["value"] = value
    before, after = _sides(reader, node)
    attributes: tuple[int, ...] = NO_ATTRIBUTES
    if reader.axis(x) == 1 and len(before) == 4 and not any(before[:2] + after[:2]):
        attributes = (*NO_ATTRIBUTES[:4], *before[2:], *after[2:], *NO_ATTRIBUTES[8:])
    else:  # as PyTorch has them, the last axis first
        pairs = zip(reversed(before), reversed(after), strict=True)
        details["pads"] = [size for pair in pairs for size in pair]
    reader.emit(Op.PAD, (x,), node.outputs[0], attributes=attributes, details=details)


def _value(reader: Reader, node: OnnxNode) -> float:
    """What a border holds: an attribute or, since operator set 11, an input."""
    if len(node.inputs) > 2 and node.inputs[2]:
        return reader.scalar(node.inputs[2]) or 0.0
    return float(node.attributes.get("value", 0.0))


def _sides(reader: Reader, node: OnnxNode) -> tuple[list[int], list[int]]:
    """Sizes before and after along every axis."""
    rank = len(reader.dims(node.inputs[0]))
    pads = reader.setting(node, "pads", 1) or [0] * 2 * rank
    axes = [axis % rank for axis in reader.setting(node, "axes", 3) or range(rank)]
    before, after = [0] * rank, [0] * rank
    for axis, first, last in zip(axes, pads, pads[len(axes) :], strict=False):
        before[axis], after[axis] = first, last
    return before, after
