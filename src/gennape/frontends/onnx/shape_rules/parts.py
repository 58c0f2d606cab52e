"""Shapes of parts of tensors, and of tensors put together."""

from gennape.frontends.onnx.shape_rules.registry import (
    Arguments,
    Results,
    ShapeContradiction,
    axis_of,
    infers,
    words,
)


@infers("Concat")
def concat(call: Arguments) -> Results:
    """Return the sizes along one axis together."""
    shapes = call.all_dims()
    if not shapes:
        raise ShapeContradiction("it has no arguments")
    axis = axis_of(call.number("axis", 1), len(shapes[0]))
    others = {(*dims[:axis], *dims[axis + 1 :]) for dims in shapes}
    if len(others) > 1 or len({len(dims) for dims in shapes}) > 1:
        raise ShapeContradiction(f"shapes {words(shapes[:4])} do not fit one another")
    total = sum(dims[axis] for dims in shapes)
    return [(*shapes[0][:axis], total, *shapes[0][axis + 1 :])]


@infers("Split")
def split(call: Arguments) -> Results:
    """Return pieces along one axis: of the sizes given, or equal ones."""
    dims, count = call.dims(0), len(call.node.outputs)
    axis = axis_of(call.number("axis", 0), len(dims))
    sizes = call.setting("split", 1)
    if sizes is None:
        whole = -(-dims[axis] // count)
        sizes = [*[whole] * (count - 1), dims[axis] - whole * (count - 1)]
    if len(sizes) != count or sum(sizes) != dims[axis]:
        raise ShapeContradiction(f"axis {axis} of {words([dims])} does not become its pieces")
    return [(*dims[:axis], size, *dims[axis + 1 :]) for size in sizes]


@infers("Slice")
def slice_(call: Arguments) -> Results:
    """Return a range along some axes."""
    dims = call.dims(0)
    starts, ends = call.setting("starts", 1), call.setting("ends", 2)
    if starts is None or ends is None:
        raise ShapeContradiction("it does not say from where to where")
    axes = call.setting("axes", 3) or list(range(len(starts)))
    steps = call.setting("steps", 4) or [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise ShapeContradiction("its starts, ends, axes and steps do not fit one another")
    result = list(dims)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        place = axis_of(axis, len(dims))
        result[place] = _length(start, end, step, dims[place])
    return [tuple(result)]


def _length(start: int, end: int, step: int, size: int) -> int:
    """Return how many positions there are; going backwards, each is one of the axis."""
    start, end = (place + size if place < 0 else place for place in (start, end))
    if step > 0:
        return len(range(min(max(start, 0), size), min(max(end, 0), size), step))
    return len(range(min(max(start, 0), size - 1), min(max(end, -1), size - 1), step))


@infers("Gather")
def gather(call: Arguments) -> Results:
    """Return the elements at some places of one axis."""
    dims, places = call.dims(0), call.dims(1)
    axis = axis_of(call.number("axis", 0), len(dims))
    return [(*dims[:axis], *places, *dims[axis + 1 :])]


@infers("GatherElements")
def gather_elements(call: Arguments) -> Results:
    """Return one element a place."""
    return [call.dims(1)]


@infers("GatherND")
def gather_nd(call: Arguments) -> Results:
    """Return what several indices together find."""
    dims, places = call.dims(0), call.dims(1)
    shared = call.number("batch_dims", 0)
    if not places or not 0 <= shared < len(places) or shared + places[-1] > len(dims):
        raise ShapeContradiction(f"{words([places])} holds no indices of {words([dims])}")
    return [(*places[:-1], *dims[shared + places[-1] :])]
