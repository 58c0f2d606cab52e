"""Kernel, stride, padding and dilation of convolutions and poolings."""

from collections.abc import Sequence
from math import prod

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader

Pair = tuple[int, int]


def window_attributes(
    reader: Reader, node: OnnxNode, kernel: Sequence[int], groups: int = 1, bias: bool = False
) -> tuple[int, ...]:
    """The 12 attribute columns of an operator that slides a window.

    Args:
        reader: The reader.
        node: The operator call.
        kernel: Window size along each spatial axis.
        groups: Channel groups.
        bias: Whether it adds a bias.
    """
    rank = len(kernel)
    strides = node.attributes.get("strides", [1] * rank)
    dilations = node.attributes.get("dilations", [1] * rank)
    before, after = _padding(reader, node, kernel, strides, dilations)
    top, left = _pair(before, 0)
    bottom, right = _pair(after, 0)
    return (
        *_pair(kernel, 1),
        *_pair(strides, 1),
        *(top, left, bottom, right),
        *_pair(dilations, 1),
        groups,
        int(bias),
    )


def _padding(
    reader: Reader,
    node: OnnxNode,
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> tuple[list[int], list[int]]:
    """Padding before and after along each spatial axis."""
    rank = len(kernel)
    mode = node.attributes.get("auto_pad", "NOTSET")
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        pads = list(node.attributes.get("pads", [0] * 2 * rank))
        return pads[:rank], pads[rank:]
    sizes = reader.dims(node.inputs[0])[2:]
    totals = [
        max((-(-size // stride) - 1) * stride + dilation * (window - 1) + 1 - size, 0)
        for size, stride, dilation, window in zip(sizes, strides, dilations, kernel, strict=True)
    ]
    smaller = [total // 2 for total in totals]
    larger = [total - half for total, half in zip(totals, smaller, strict=True)]
    return (smaller, larger) if mode == "SAME_UPPER" else (larger, smaller)


def _pair(values: Sequence[int], missing: int) -> Pair:
    """Values along height and width; a third axis counts with the width, as in shapes."""
    if len(values) < 2:
        return (values[0] if values else missing, missing)
    return (values[0], prod(values[1:]) if missing else max(values[1:]))
