"""Parts of tensors, and tensors put together."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from gennape.frontends.layout import cut_details
from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.operators.layout import write_reshape
from gennape.graph import Op


@converts("Concat")
def concat(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write tensors one after another along an axis."""
    axis = node.attributes.get("axis", 1) % len(converter.dims(node.outputs[0]))
    details = {} if axis == 1 else {"axis": axis}
    converter.emit(Op.CONCAT, node.inputs, node.outputs[0], details=details, mixes=(axis,))


@converts("Split")
def split(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write pieces along an axis; each used one is a slice."""
    x = node.inputs[0]
    axis = node.attributes.get("axis", 0) % len(converter.dims(x))
    starts = accumulate((converter.dims(output)[axis] for output in node.outputs), initial=0)
    for output, start in zip(node.outputs, starts, strict=False):
        if converter.is_used(output):
            write_slice(
                converter, x, output, {axis: AxisRange(start, converter.dims(output)[axis])}
            )


@converts("Slice")
def slice_(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a range along some axes."""
    x, output = node.inputs[0], node.outputs[0]
    before, after = converter.dims(x), converter.dims(output)
    starts = converter.setting(node, "starts", 1) or []
    axes = converter.setting(node, "axes", 3) or list(range(len(starts)))
    steps = converter.setting(node, "steps", 4) or [1] * len(starts)
    if before == after and min(steps, default=1) > 0:
        converter.emit(Op.IDENTITY, (x,), output)
        return
    cut = {
        axis % len(before): (start, step)
        for axis, start, step in zip(axes, starts, steps, strict=True)
    }
    ranges = {
        axis: AxisRange(_first(start, before[axis], step), after[axis], step)
        for axis, (start, step) in cut.items()
        if before[axis] != after[axis] or step < 0
    }
    if ranges:
        write_slice(converter, x, output, ranges)
    else:
        unknown = {"not_executable": "which part it is is not in the graph"}
        converter.emit(Op.SLICE, (x,), output, details=unknown)


def _first(start: int, size: int, step: int) -> int:
    """Return the first position; going backwards, one beyond the end means the last."""
    return min(start, size - 1) if step < 0 and start >= 0 else start % size


class AxisRange(NamedTuple):
    """Some positions along an axis."""

    start: int
    length: int
    step: int = 1


def write_slice(
    converter: OnnxConverter,
    x: str,
    output: str,
    ranges: Mapping[int, AxisRange],
    removed_axis: int | None = None,
) -> None:
    """Write a part of `x`, cut along one axis after another.

    Args:
        converter: The converter.
        x: The whole.
        output: The part.
        ranges: Which positions of each axis that is cut.
        removed_axis: An axis that is gone from the part.
    """
    part, dims = x, list(converter.dims(x))
    for number, (axis, range_) in enumerate(ranges.items(), start=1):
        dims[axis] = range_.length
        is_last = number == len(ranges) and removed_axis is None
        before, part = part, output if is_last else f"{output}/{number}"
        channels = converter.axis(before)
        details = cut_details(axis, channels, **range_._asdict())
        converter.emit(
            Op.SLICE, (before,), part, axis=channels, output_dims=tuple(dims), details=details
        )
    if removed_axis is not None:
        write_reshape(converter, part, output)


@converts("Gather")
def gather(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write elements by their positions: an embedding, one index, or any selection."""
    data, indices = node.inputs
    output = node.outputs[0]
    if not converter.is_dynamic(data):
        last = len(converter.dims(output)) - 1
        details: dict[str, object] = {"rows": converter.dims(data)[0]}
        if node.attributes.get("axis", 0) or len(converter.dims(data)) != 2:
            details = {"not_executable": "a table that is not looked up by rows"}
        converter.emit(
            Op.EMBEDDING, (indices,), output, axis=last, weights=(data,), details=details
        )
        return
    axis = node.attributes.get("axis", 0) % len(converter.dims(data))
    chosen = converter.static.integers(indices)
    if chosen is not None and _is_all(chosen, converter.dims(data)[axis]):
        write_reshape(converter, data, output)
    elif chosen is not None and len(chosen) == 1:
        ranges = {axis: AxisRange(chosen[0] % converter.dims(data)[axis], 1)}
        is_removed = not converter.dims(indices)  # a plain number removes the axis
        write_slice(converter, data, output, ranges, axis if is_removed else None)
    else:
        places = filter(converter.is_dynamic, node.inputs)
        details = {"not_executable": "elements are taken at places that are not in the graph"}
        if chosen is not None and len(converter.dims(indices)) == 1:
            size = converter.dims(data)[axis]
            known = [place % size for place in chosen]
            details = {"function": "index", "axis": axis, "places": known}
        converter.emit(Op.GATHER, list(places), output, details=details)


def _is_all(places: Sequence[int], size: int) -> bool:
    """Tell whether places are all of an axis, in order."""
    return len(places) == size and all(place == index for index, place in enumerate(places))


@converts("GatherElements", "GatherND")
def gather_elements(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write elements by positions that are computed."""
    names = list(filter(converter.is_dynamic, node.inputs))
    rank = len(converter.dims(node.inputs[0]))
    details: dict[str, object] = {
        "function": "gather",
        "axis": node.attributes.get("axis", 0) % rank,
    }
    if node.op == "GatherND" or len(names) < 2:
        details = {"not_executable": "elements are taken at places that are not in the graph"}
    converter.emit(Op.GATHER, names, node.outputs[0], details=details)
