"""Shapes of reductions, searches and transforms along axes."""

from gennape.frontends.onnx.shape_rules.registry import (
    Arguments,
    Results,
    ShapeContradiction,
    UnknownShape,
    axis_of,
    elements,
    infers,
)

_REDUCTIONS = """
    ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
    ReduceSum ReduceSumSquare
"""


@infers(_REDUCTIONS)
def reduction(call: Arguments) -> Results:
    """Return the shape with some axes gone, or of size 1."""
    dims = call.dims(0)
    axes = call.setting("axes", 1)
    if not axes and call.attribute("noop_with_empty_axes", 0):
        return [dims]
    gone = {axis_of(axis, len(dims)) for axis in axes} if axes else set(range(len(dims)))
    if call.number("keepdims", 1):
        return [tuple(1 if axis in gone else size for axis, size in enumerate(dims))]
    return [tuple(size for axis, size in enumerate(dims) if axis not in gone)]


@infers("ArgMax ArgMin")
def place_of(call: Arguments) -> Results:
    """Return the shape with one axis gone, or of size 1."""
    dims = call.dims(0)
    axis = axis_of(call.number("axis", 0), len(dims))
    kept = (1,) if call.number("keepdims", 1) else ()
    return [(*dims[:axis], *kept, *dims[axis + 1 :])]


@infers("TopK")
def top(call: Arguments) -> Results:
    """Return the shape of the largest elements, and of their places."""
    dims = call.dims(0)
    axis = axis_of(call.number("axis", -1), len(dims))
    count = call.setting("k", 1)
    if not count:
        raise ShapeContradiction("it does not say how many elements")
    result = (*dims[:axis], count[0], *dims[axis + 1 :])
    return [result, result]


@infers("NonZero")
def places(call: Arguments) -> Results:
    """Return the places of numbers that are stored."""
    value = call.value(0)
    return [(max(value.ndim, 1), int((value != 0).sum()))]


@infers("Compress")
def compressed(call: Arguments) -> Results:
    """Return the chosen elements, where the choice is stored."""
    dims, count = call.dims(0), sum(map(bool, call.integers(1)))
    if call.attribute("axis") is None:
        return [(count,)]
    axis = axis_of(call.number("axis"), len(dims))
    return [(*dims[:axis], count, *dims[axis + 1 :])]


@infers("DFT")
def fourier(call: Arguments) -> Results:
    """Return the shape of a Fourier transform along one axis; the last axis holds both parts."""
    dims = call.dims(0)
    axis = call.integers(2)[0] if call.has(2) else -2
    if call.opset < 20:
        axis = call.number("axis", 1)
    axis = axis_of(axis, len(dims))
    length = call.integers(1)[0] if call.has(1) else dims[axis]
    parts = 2
    if call.attribute("onesided", 0):
        inverse = call.attribute("inverse", 0)
        if inverse:
            length = length if call.has(1) else 2 * (dims[axis] - 1)
            parts = 1
        else:
            length = length // 2 + 1
    result = list(dims)
    result[axis], result[-1] = length, parts
    return [tuple(result)]


@infers("STFT")
def short_fourier(call: Arguments) -> Results:
    """Return (batch, frames, frequencies, parts)."""
    batch, samples, *_ = call.dims(0)
    step = call.integers(1)[0]
    if call.has(3):
        length = call.integers(3)[0]
    elif call.has(2):
        length = elements(call.dims(2))
    else:
        raise UnknownShape
    if step < 1 or length < 1:
        raise ShapeContradiction("a frame or step is below 1")
    bins = length // 2 + 1 if call.attribute("onesided", 1) else length
    return [(batch, (samples - length) // step + 1, bins, 2)]
