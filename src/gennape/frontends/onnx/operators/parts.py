"""Parts of tensors, and tensors put together."""

from collections.abc import Mapping
from itertools import accumulate
from typing import NamedTuple

from gennape.frontends.layout import cut_details
from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.operators.layout import write_reshape
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op


@writes("Concat")
def concat(reader: Reader, node: OnnxNode) -> None:
    """Tensors one after another along an axis."""
    reader.emit(Op.CONCAT, node.inputs, node.outputs[0])


@writes("Split")
def split(reader: Reader, node: OnnxNode) -> None:
    """Pieces along an axis; each used one is a slice."""
    x = node.inputs[0]
    axis = node.attributes.get("axis", 0) % len(reader.dims(x))
    starts = accumulate((reader.dims(output)[axis] for output in node.outputs), initial=0)
    for output, start in zip(node.outputs, starts, strict=False):
        if reader.is_used(output):
            write_slice(reader, x, output, {axis: Range(start, reader.dims(output)[axis])})


@writes("Slice")
def slice_(reader: Reader, node: OnnxNode) -> None:
    """A range along some axes."""
    x, output = node.inputs[0], node.outputs[0]
    before, after = reader.dims(x), reader.dims(output)
    starts = reader.setting(node, "starts", 1) or []
    axes = reader.setting(node, "axes", 3) or list(range(len(starts)))
    steps = reader.setting(node, "steps", 4) or [1] * len(starts)
    if before == after and min(steps, default=1) > 0:
        reader.emit(Op.IDENTITY, (x,), output)
        return
    cut = {
        axis % len(before): (start, step)
        for axis, start, step in zip(axes, starts, steps, strict=True)
    }
    ranges = {
        axis: Range(start % before[axis], after[axis], step)
        for axis, (start, step) in cut.items()
        if before[axis] != after[axis]
    }
    if ranges:
        write_slice(reader, x, output, ranges)
    else:
        reader.emit(Op.SLICE, (x,), output)


class Range(NamedTuple):
    """Some positions along an axis."""

    start: int
    length: int
    step: int = 1


def write_slice(
    reader: Reader,
    x: str,
    output: str,
    ranges: Mapping[int, Range],
    removed_axis: int | None = None,
) -> None:
    """A part of `x`, cut along one axis after another.

    Args:
        reader: The reader.
        x: The whole.
        output: The part.
        ranges: Which positions of each axis that is cut.
        removed_axis: An axis that is gone from the part.
    """
    part, dims = x, list(reader.dims(x))
    for number, (axis, range_) in enumerate(ranges.items(), start=1):
        dims[axis] = range_.length
        is_last = number == len(ranges) and removed_axis is None
        before, part = part, output if is_last else f"{output}/{number}"
        channels = reader.axis(before)
        details = cut_details(axis, channels, *range_)
        reader.emit(
            Op.SLICE, (before,), part, axis=channels, output_dims=tuple(dims), details=details
        )
    if removed_axis is not None:
        write_reshape(reader, part, output)


@writes("Gather")
def gather(reader: Reader, node: OnnxNode) -> None:
    """Elements by their positions: an embedding, one index, or any selection."""
    data, indices = node.inputs
    output = node.outputs[0]
    if not reader.is_dynamic(data):
        last = len(reader.dims(output)) - 1
        reader.emit(Op.EMBEDDING, (indices,), output, axis=last, weights=(data,))
        return
    axis = node.attributes.get("axis", 0) % len(reader.dims(data))
    chosen = reader.static.integers(indices)
    if chosen == list(range(reader.dims(data)[axis])):
        write_reshape(reader, data, output)
    elif chosen is not None and len(chosen) == 1:
        ranges = {axis: Range(chosen[0] % reader.dims(data)[axis], 1)}
        is_removed = not reader.dims(indices)  # a plain number removes the axis
        write_slice(reader, data, output, ranges, axis if is_removed else None)
    else:
        places = filter(reader.is_dynamic, node.inputs)
        reader.emit(Op.GATHER, list(places), output)


@writes("GatherElements", "GatherND")
def gather_elements(reader: Reader, node: OnnxNode) -> None:
    """Elements by positions that are computed."""
    reader.emit(Op.GATHER, list(filter(reader.is_dynamic, node.inputs)), node.outputs[0])
