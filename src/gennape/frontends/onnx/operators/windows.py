"""Kernel, stride, padding and dilation of sliding windows, and pooling."""

from collections.abc import Sequence
from math import prod
from typing import Any

from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import OnnxNode
from gennape.graph import Op

Pair = tuple[int, int]


def window_attributes(
    converter: OnnxConverter,
    node: OnnxNode,
    kernel: Sequence[int],
    groups: int = 1,
    bias: bool = False,
) -> tuple[int, ...]:
    """Return the 12 attribute columns of an operator that slides a window.

    Args:
        converter: The converter.
        node: The operator call.
        kernel: Window size along each spatial axis.
        groups: Channel groups.
        bias: Whether it adds a bias.
    """
    rank = len(kernel)
    strides = node.attributes.get("strides", [1] * rank)
    dilations = node.attributes.get("dilations", [1] * rank)
    before, after = _padding(converter, node, kernel, strides=strides, dilations=dilations)
    return (
        *_folded(kernel),
        *_folded(strides),
        *_last_two(before, 0),
        *_last_two(after, 0),
        *_last_two(dilations, 1),
        groups,
        int(bias),
    )


def depth_details(
    converter: OnnxConverter, node: OnnxNode, kernel: Sequence[int]
) -> dict[str, object]:
    """State the first of three spatial axes; nothing where there are fewer."""
    if len(kernel) < 3:
        return {}
    strides = node.attributes.get("strides", [1] * len(kernel))
    dilations = node.attributes.get("dilations", [1] * len(kernel))
    before, after = _padding(converter, node, kernel, strides=strides, dilations=dilations)
    return {"depth": [kernel[0], strides[0], before[0], after[0], dilations[0]]}


def _padding(
    converter: OnnxConverter,
    node: OnnxNode,
    kernel: Sequence[int],
    *,
    strides: Sequence[int],
    dilations: Sequence[int],
) -> tuple[list[int], list[int]]:
    """Return padding before and after along each spatial axis."""
    rank = len(kernel)
    mode = node.attributes.get("auto_pad", "NOTSET")
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        pads = list(node.attributes.get("pads", [0] * 2 * rank))
        return pads[:rank], pads[rank:]
    sizes = converter.dims(node.inputs[0])[2:]
    totals = [
        max((-(-size // stride) - 1) * stride + dilation * (window - 1) + 1 - size, 0)
        for size, stride, dilation, window in zip(sizes, strides, dilations, kernel, strict=True)
    ]
    smaller = [total // 2 for total in totals]
    larger = [total - half for total, half in zip(totals, smaller, strict=True)]
    return (smaller, larger) if mode == "SAME_UPPER" else (larger, smaller)


def _folded(values: Sequence[int]) -> Pair:
    """Return values along height and width; of three, the first two make the height.

    So the kernel keeps its area.
    """
    return _last_two([prod(values[:-1]), values[-1]] if len(values) > 2 else values, 1)


def _last_two(values: Sequence[int], missing: int) -> Pair:
    """Return values along the last two axes; `missing` is that of a width that is not there."""
    return (values[0], missing) if len(values) == 1 else (values[-2], values[-1])


@converts("MaxPool")
def max_pool(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the maximum of each window."""
    attributes = window_attributes(converter, node, node.attributes["kernel_shape"])
    converter.emit(
        Op.MAX_POOL,
        node.inputs,
        node.outputs[0],
        axis=1,
        attributes=attributes,
        details=depth_details(converter, node, node.attributes["kernel_shape"]) | _rounding(node),
    )
    converter.also(node.outputs[1:], node.outputs[0])


def _rounding(node: OnnxNode) -> dict[str, Any]:
    """Say why a pooling cannot run that rounds sizes up over uneven padding."""
    pads = node.attributes.get("pads", [])
    is_even = list(pads[: len(pads) // 2]) == list(pads[len(pads) // 2 :])
    if not node.attributes.get("ceil_mode", 0) or is_even:
        return {}
    return {"not_executable": "it rounds up over uneven padding"}


@converts("AveragePool")
def avg_pool(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the mean of each window; padding counts only where the file says so."""
    attributes = window_attributes(converter, node, node.attributes["kernel_shape"])
    counts = bool(node.attributes.get("count_include_pad", 0)) or not any(attributes[4:8])
    details = depth_details(converter, node, node.attributes["kernel_shape"]) | _rounding(node)
    if not counts:
        details["count_include_pad"] = False
    if max(node.attributes.get("dilations", [1])) > 1:
        details["not_executable"] = "a mean of elements that lie apart"
    converter.emit(
        Op.AVG_POOL, node.inputs, node.outputs[0], axis=1, attributes=attributes, details=details
    )


@converts("GlobalAveragePool")
def global_avg_pool(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the mean over all positions."""
    converter.emit(Op.GLOBAL_AVG_POOL, node.inputs, node.outputs[0], axis=1)


@converts("GlobalMaxPool")
def global_max_pool(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the maximum over all positions."""
    converter.emit(Op.GLOBAL_MAX_POOL, node.inputs, node.outputs[0], axis=1)
