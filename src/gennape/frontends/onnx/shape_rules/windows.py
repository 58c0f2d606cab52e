"""Shapes of convolutions, pooling and other windows over space."""

from collections.abc import Sequence

from gennape.frontends.onnx.document import Dims
from gennape.frontends.onnx.shape_rules.registry import (
    Arguments,
    Results,
    ShapeContradiction,
    elements,
    infers,
    words,
)


def _each(call: Arguments, name: str, rank: int, default: int = 1) -> list[int]:
    """Return a setting of each spatial axis."""
    values = call.numbers(name, [default] * rank)
    if len(values) != rank:
        raise ShapeContradiction(f"it has {len(values)} {name} for {rank} axes")
    return values


def _window(call: Arguments, dims: Dims, kernel: Sequence[int]) -> Dims:
    """Return how often a window fits along each spatial axis."""
    space = dims[2:]
    rank = len(space)
    if rank < 1 or len(kernel) != rank:
        raise ShapeContradiction(f"a window of {len(kernel)} axes slides over {words([dims])}")
    strides = _each(call, "strides", rank)
    dilations = _each(call, "dilations", rank)
    pads = _each(call, "pads", 2 * rank, 0)
    if min(*strides, *dilations, *kernel) < 1:
        raise ShapeContradiction("a kernel, stride or dilation is below 1")
    mode = call.attribute("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        return tuple(-(-size // stride) for size, stride in zip(space, strides, strict=True))
    if mode == "VALID":
        pads = [0] * 2 * rank
    result = []
    for axis, size in enumerate(space):
        stride, first = strides[axis], pads[axis]
        free = size + first + pads[rank + axis] - dilations[axis] * (kernel[axis] - 1) - 1
        if free < 0:
            raise ShapeContradiction(f"a window of {kernel[axis]} is larger than {words([dims])}")
        count = free // stride
        if call.attribute("ceil_mode", 0):
            count = -(-free // stride)
            count -= count * stride >= size + first  # a window must not start behind the end
        result.append(count + 1)
    return tuple(result)


def _weighted(call: Arguments, weight: Dims) -> Results:
    """Return the shape of a convolution."""
    dims = call.dims(0)
    if len(weight) != len(dims) or len(dims) < 3:
        raise ShapeContradiction(f"shapes {words([dims, weight])} are no image and its weight")
    if dims[1] != weight[1] * call.number("group", 1):
        raise ShapeContradiction(f"shapes {words([dims, weight])} differ in their channels")
    return [(dims[0], weight[0], *_window(call, dims, call.numbers("kernel_shape", weight[2:])))]


@infers("Conv ConvInteger DeformConv")
def conv(call: Arguments) -> Results:
    """Return the shape of a convolution of x with a weight."""
    return _weighted(call, call.dims(1))


@infers("QLinearConv")
def quantised_conv(call: Arguments) -> Results:
    """Return the shape of a convolution whose weight is its fourth argument."""
    return _weighted(call, call.dims(3))


@infers("ConvTranspose")
def transposed_conv(call: Arguments) -> Results:
    """Return the shape of a transposed convolution."""
    dims, weight = call.dims(0), call.dims(1)
    rank = len(dims) - 2
    if len(weight) != len(dims) or rank < 1 or dims[1] != weight[0]:
        raise ShapeContradiction(f"shapes {words([dims, weight])} are no image and its weight")
    channels = weight[1] * call.number("group", 1)
    kernel = _each(call, "kernel_shape", rank) if call.attribute("kernel_shape") else weight[2:]
    strides, dilations = _each(call, "strides", rank), _each(call, "dilations", rank)
    if given := call.attribute("output_shape"):
        return [(dims[0], channels, *call.numbers("output_shape")[len(given) - rank :])]
    is_same = call.attribute("auto_pad", "NOTSET") in ("SAME_UPPER", "SAME_LOWER")
    pads = [0] * 2 * rank if is_same else _each(call, "pads", 2 * rank, 0)
    extra = _each(call, "output_padding", rank, 0)
    space = tuple(
        strides[axis] * (dims[2 + axis] - 1)
        + extra[axis]
        + (kernel[axis] - 1) * dilations[axis]
        + 1
        - pads[axis]
        - pads[rank + axis]
        for axis in range(rank)
    )
    if is_same:
        most = (size * stride for size, stride in zip(dims[2:], strides, strict=True))
        space = tuple(map(min, space, most))
    return [(dims[0], channels, *space)]


@infers("CausalConvWithState")
def causal_conv(call: Arguments) -> Results:
    """Return the shape of the argument, and of what the next step needs of it."""
    dims, weight = call.dims(0), call.dims(1)
    return [dims, (*dims[:2], *(size - 1 for size in weight[2:]))]


@infers("AveragePool LpPool MaxPool")
def pool(call: Arguments) -> Results:
    """Return the shape of a pooling, and of the places of its results."""
    dims = call.dims(0)
    result = (*dims[:2], *_window(call, dims, call.numbers("kernel_shape")))
    return [result, result]


@infers("GlobalAveragePool GlobalLpPool GlobalMaxPool")
def global_pool(call: Arguments) -> Results:
    """Return one element a channel."""
    dims = call.dims(0)
    return [(*dims[:2], *[1] * (len(dims) - 2))]


@infers("MaxUnpool")
def max_unpool(call: Arguments) -> Results:
    """Return the shape given, or the smallest that a pooling would have had."""
    if call.has(2):
        return [tuple(call.integers(2))]
    dims = call.dims(0)
    kernel = call.numbers("kernel_shape")
    rank = len(dims) - 2
    strides, pads = _each(call, "strides", rank), _each(call, "pads", 2 * rank, 0)
    space = [
        (size - 1) * strides[axis] + kernel[axis] - pads[axis] - pads[rank + axis]
        for axis, size in enumerate(dims[2:])
    ]
    return [(*dims[:2], *space)]


@infers("MaxRoiPool")
def regions_pool(call: Arguments) -> Results:
    """Return images of each region."""
    return [(call.dims(1)[0], call.dims(0)[1], *call.numbers("pooled_shape"))]


@infers("RoiAlign")
def aligned_regions(call: Arguments) -> Results:
    """Return images of each region."""
    size = (call.number("output_height", 1), call.number("output_width", 1))
    return [(call.dims(1)[0], call.dims(0)[1], *size)]


@infers("Col2Im")
def images_of_windows(call: Arguments) -> Results:
    """Return the images that windows are put together to."""
    dims, window = call.dims(0), call.integers(2)
    size = elements(tuple(window))
    if size < 1 or len(dims) != 3 or dims[1] % size:
        raise ShapeContradiction(f"{words([dims])} holds no windows of {words([tuple(window)])}")
    return [(dims[0], dims[1] // size, *call.integers(1))]


@infers("GridSample")
def grid_sample(call: Arguments) -> Results:
    """Return one element a place."""
    return [(*call.dims(0)[:2], *call.dims(1)[1:-1])]


@infers("AffineGrid")
def affine_grid(call: Arguments) -> Results:
    """Return the coordinates of each place."""
    batch, _, *space = call.integers(1)
    return [(batch, *space, len(space))]
