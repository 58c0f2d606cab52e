"""Shapes of tensors whose elements are moved, chosen or put together."""

from collections.abc import Sequence
from math import floor, isfinite

from gennape.frontends.onnx.document import Dims
from gennape.frontends.onnx.shape_rules.registry import (
    Arguments,
    Results,
    ShapeContradiction,
    axis_of,
    broadcast,
    elements,
    infers,
    words,
)


@infers("Reshape")
def reshape(call: Arguments) -> Results:
    """Return the shape given; 0 keeps a size, -1 is what is left."""
    dims, wanted = call.dims(0), call.setting("shape", 1)
    if wanted is None:
        raise ShapeContradiction("it names no shape")
    keeps = not call.attribute("allowzero", 0)
    if keeps and any(size == 0 and axis >= len(dims) for axis, size in enumerate(wanted)):
        raise ShapeContradiction(f"it keeps an axis that {words([dims])} has not")
    sizes = [dims[axis] if keeps and size == 0 else size for axis, size in enumerate(wanted)]
    open_axes = [axis for axis, size in enumerate(sizes) if size == -1]
    total, rest = elements(dims), elements(tuple(size for size in sizes if size != -1))
    if len(open_axes) > 1 or rest < 0 or (open_axes and rest and total % rest):
        raise ShapeContradiction(f"{words([dims])} does not become {words([tuple(wanted)])}")
    if open_axes:
        sizes[open_axes[0]] = total // rest if rest else 0
    elif rest != total:
        raise ShapeContradiction(f"{words([dims])} does not become {words([tuple(wanted)])}")
    return [tuple(sizes)]


@infers("Flatten")
def flatten(call: Arguments) -> Results:
    """Return the axes before one and from it on as two."""
    dims, axis = call.dims(0), call.number("axis", 1)
    if not -len(dims) <= axis <= len(dims):
        raise ShapeContradiction(f"axis {axis} is none of {len(dims)}")
    axis += len(dims) if axis < 0 else 0
    return [(elements(dims[:axis]), elements(dims[axis:]))]


@infers("Squeeze")
def squeeze(call: Arguments) -> Results:
    """Return the shape without some axes of size 1."""
    dims, axes = call.dims(0), call.setting("axes", 1)
    if axes is None:
        return [tuple(size for size in dims if size != 1)]
    gone = {axis_of(axis, len(dims)) for axis in axes}
    if any(dims[axis] != 1 for axis in gone):
        raise ShapeContradiction(f"an axis of {words([dims])} that is removed has not the size 1")
    return [tuple(size for axis, size in enumerate(dims) if axis not in gone)]


@infers("Unsqueeze")
def unsqueeze(call: Arguments) -> Results:
    """Return the shape with further axes of size 1."""
    dims, axes = call.dims(0), call.setting("axes", 1) or []
    rank = len(dims) + len(axes)
    new = {axis_of(axis, rank) for axis in axes}
    if len(new) != len(axes):
        raise ShapeContradiction("it adds an axis twice")
    rest = iter(dims)
    return [tuple(1 if axis in new else next(rest) for axis in range(rank))]


@infers("Transpose")
def transpose(call: Arguments) -> Results:
    """Return the axes in another order."""
    dims = call.dims(0)
    order = call.numbers("perm", range(len(dims) - 1, -1, -1))
    if len(order) != len(dims) or set(order) != set(range(len(dims))):
        raise ShapeContradiction(f"{str(order)[:60]} is no order of the axes of {words([dims])}")
    return [tuple(dims[axis] for axis in order)]


@infers("Expand")
def expand(call: Arguments) -> Results:
    """Return the shape repeated to fit another one."""
    return [broadcast([call.dims(0), tuple(call.integers(1))])]


@infers("Tile")
def tile(call: Arguments) -> Results:
    """Return the shape repeated so many times."""
    dims, repeats = call.dims(0), call.integers(1)
    if call.has(2):  # before operator set 6: how often, along which axis
        axis = axis_of(call.integers(2)[0], len(dims))
        repeats = [repeats[0] if place == axis else 1 for place in range(len(dims))]
    if len(repeats) != len(dims):
        raise ShapeContradiction(f"{len(repeats)} repeats are given for {words([dims])}")
    return [tuple(size * count for size, count in zip(dims, repeats, strict=True))]


@infers("DepthToSpace SpaceToDepth")
def rearrange(call: Arguments) -> Results:
    """Return channels that become places, or the other way round."""
    dims, block = call.dims(0), call.number("blocksize")
    if len(dims) != 4 or block < 1:
        raise ShapeContradiction(f"blocks of {block} of {words([dims])} are none of an image")
    batch, channels, height, width = dims
    if call.node.op == "DepthToSpace":
        return [(batch, channels // block**2, height * block, width * block)]
    return [(batch, channels * block**2, height // block, width // block)]


@infers("Pad")
def pad(call: Arguments) -> Results:
    """Return the shape with a border."""
    dims = call.dims(0)
    pads = call.setting("pads" if call.attribute("pads") else "paddings", 1) or []
    axes = call.setting("axes", 3) if call.has(3) else list(range(len(dims)))
    if len(pads) != 2 * len(axes or []):
        raise ShapeContradiction(f"{len(pads)} borders are given for {words([dims])}")
    result = list(dims)
    for place, axis in enumerate(axes or []):
        result[axis_of(axis, len(dims))] += pads[place] + pads[place + len(axes or [])]
    return [tuple(result)]


@infers("Upsample")
def upsample(call: Arguments) -> Results:
    """Return the shape scaled."""
    scales = call.attribute("scales") or call.value(1).ravel().tolist()
    return [_scaled(call.dims(0), scales, list(range(len(call.dims(0)))))]


@infers("Resize")
def resize(call: Arguments) -> Results:
    """Return the shape scaled, or the sizes given."""
    dims = call.dims(0)
    axes = [axis_of(axis, len(dims)) for axis in call.numbers("axes", range(len(dims)))]
    if not call.has(3):
        scales = call.value(1 if call.opset < 11 else 2).ravel().tolist()
        return [_scaled(dims, scales, axes)]
    sizes = call.integers(3)
    if len(sizes) != len(axes):
        raise ShapeContradiction(f"{len(sizes)} sizes are given for {words([dims])}")
    policy = call.attribute("keep_aspect_ratio_policy", "stretch")
    result = list(dims)
    for axis, size in zip(axes, sizes, strict=True):
        result[axis] = size
    if policy != "stretch" and all(dims[axis] for axis in axes):
        limit = max if policy == "not_larger" else min  # of the inverse of the scale
        _, size, old = limit(
            (dims[axis] / max(result[axis], 1), result[axis], dims[axis]) for axis in axes
        )
        for axis in axes:
            result[axis] = (2 * dims[axis] * size + old) // (2 * old)
    return [tuple(result)]


def _scaled(dims: Dims, scales: Sequence[float], axes: Sequence[int]) -> Dims:
    """Return `dims` with some axes scaled."""
    if len(scales) != len(axes) or not all(map(isfinite, scales)):
        raise ShapeContradiction(f"{len(scales)} scales are given for {words([dims])}")
    result = list(dims)
    for axis, scale in zip(axes, scales, strict=True):
        result[axis] = floor(dims[axis] * scale)
    return tuple(result)


@infers("CenterCropPad")
def center(call: Arguments) -> Results:
    """Return the sizes given."""
    dims, sizes = call.dims(0), call.integers(1)
    axes = [axis_of(axis, len(dims)) for axis in call.numbers("axes", range(len(dims)))]
    if len(sizes) != len(axes):
        raise ShapeContradiction(f"{len(sizes)} sizes are given for {len(axes)} axes")
    given = dict(zip(axes, sizes, strict=True))
    return [tuple(given.get(axis, size) for axis, size in enumerate(dims))]
