"""Functions that take parts of tensors, put them together, and change their sizes and places."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gennape.graph.attributes import groups, mathematics
from gennape.graph.node import Node


def concat(node: Node, a: groups.ConcatAttributes, *tensors: Tensor) -> Tensor:
    """Tensors one after another."""
    return torch.cat(tensors, a.axis)


def cut(node: Node, a: groups.SliceAttributes, x: Tensor) -> Tensor:
    """A part along one axis."""
    if not (isinstance(a.axis, int) and isinstance(a.start, int)):
        raise KeyError("parts along several axes one by one")
    if a.step < 0:
        count = _count_backwards(node, a)
        places = [a.start + a.step * number for number in range(count)]
        return x[(slice(None),) * a.axis + (places,)]
    stop = a.stop
    if stop is None:
        if a.axis != 1:
            raise KeyError("stop")
        stop = a.start + node.output_shape[0] * a.step
    return x[(slice(None),) * a.axis + (slice(a.start, stop, a.step),)]


def _count_backwards(node: Node, a: groups.SliceAttributes) -> int:
    if a.stop is None:
        return node.output_shape[0]
    return len(range(int(a.start), a.stop, a.step))  # type: ignore[arg-type]


def pad(node: Node, a: groups.PadAttributes, x: Tensor) -> Tensor:
    """A border."""
    top, left, bottom, right = node.padding
    sides: Sequence[int] = (left, right, top, bottom) if a.pads is None else a.pads
    return F.pad(x, sides, a.mode, a.value if a.mode == "constant" else None)


def resize(node: Node, a: groups.ResizeAttributes, x: Tensor, spatial: int) -> Tensor:
    """Another height and width."""
    corners = a.align_corners if a.mode.endswith(("linear", "cubic")) else None
    size = node.output_shape[1 : 1 + spatial]
    factors = {"size": size} if a.scales is None else {"scale_factor": a.scales}
    return F.interpolate(x, mode=a.mode, align_corners=corners, antialias=a.antialias, **factors)


def gather(node: Node, a: mathematics.GatherAttributes, x: Tensor, *places: Tensor) -> Tensor:
    """Elements at given places."""
    if a.function == "flip" and a.axes is not None:
        return torch.flip(x, a.axes)
    if a.axis is None:
        raise KeyError("axis")
    if a.function == "gather" and places:
        return torch.gather(x, a.axis, places[0])
    if a.places is None:
        raise KeyError("places")
    return x[(slice(None),) * a.axis + (list(a.places),)]


def rearrange(node: Node, a: mathematics.ReshapeAttributes, x: Tensor) -> Tensor:
    """Channels to places and back; other reshapes are written where the batch is known."""
    r = a.factor or 1
    batch, channels, height, width = x.shape
    if node.output_shape[0] * r * r == node.input_shape[0]:
        if a.mode == "CRD":
            return F.pixel_shuffle(x, r)
        blocks = x.reshape(batch, r, r, channels // r**2, height, width)
        ordered = blocks.permute(0, 3, 4, 1, 5, 2)
        return ordered.reshape(batch, channels // r**2, height * r, width * r)
    if a.mode == "CRD":
        return F.pixel_unshuffle(x, r)
    blocks = x.reshape(batch, channels, height // r, r, width // r, r)
    ordered = blocks.permute(0, 3, 5, 1, 2, 4)
    return ordered.reshape(batch, channels * r**2, height // r, width // r)


def transpose(node: Node, a: mathematics.TransposeAttributes, x: Tensor) -> Tensor:
    """A permutation, or channels to places and back by a factor."""
    if a.dims is not None:
        return x.permute(a.dims)
    factor, before, after = a.factor or 1, node.input_shape[1], node.output_shape[1]
    if before == after:
        return torch.channel_shuffle(x, factor)
    return F.pixel_shuffle(x, factor) if after > before else F.pixel_unshuffle(x, factor)


def roll(node: Node, a: mathematics.RollAttributes, x: Tensor) -> Tensor:
    """Elements moved round the end."""
    return torch.roll(x, a.shifts, a.axes)


def sort(node: Node, a: mathematics.SortAttributes, x: Tensor) -> Tensor:
    """Elements by size, or their places."""
    result: Tensor = sorted_and_places(node, a, x)[1 if a.places else 0]
    return result


def sorted_and_places(node: Node, a: mathematics.SortAttributes, x: Tensor) -> Any:
    """Elements by size and their places."""
    if a.axis is None:
        raise KeyError("axis")
    if a.count is not None:
        return torch.topk(x, a.count, a.axis, a.descending)
    return torch.sort(x, dim=a.axis, descending=a.descending)


def cumulative_sum(node: Node, a: mathematics.CumulativeAttributes, x: Tensor) -> Tensor:
    """Sums of the elements so far."""
    if a.axis is None:
        raise KeyError("axis")
    turned = torch.flip(x, (a.axis,)) if a.reverse else x
    total = torch.cumsum(turned, a.axis)
    total = total - turned if a.exclusive else total
    return torch.flip(total, (a.axis,)) if a.reverse else total


def grid_sample(node: Node, a: mathematics.GridSampleAttributes, x: Tensor, grid: Tensor) -> Tensor:
    """Values at computed places."""
    return F.grid_sample(x, grid, a.mode, a.padding_mode, a.align_corners)


def unfold(node: Node, a: mathematics.UnfoldAttributes, x: Tensor) -> Tensor:
    """Windows as columns, or as a new last axis."""
    if a.kernel is not None:
        return F.unfold(x, a.kernel, a.dilation, a.padding, a.stride)
    if a.axis is None:
        raise KeyError("kernel")
    return x.unfold(a.axis, a.size, a.step)  # type: ignore[arg-type]


def fold(node: Node, a: mathematics.FunctionAttributes, x: Tensor) -> Tensor:
    """Columns added up as windows."""
    if a.function != "fold" or a.settings is None:
        raise KeyError("settings")
    output, kernel, dilation, padding, stride = zip(a.settings[::2], a.settings[1::2], strict=True)
    return F.fold(x, output, kernel, dilation, padding, stride)
