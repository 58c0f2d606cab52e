"""Rules for functions that move elements: reshape, transpose, join, pad, resize, gather."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from torch import Tensor

from gennape.frontends.layout import axis_after_reshape
from gennape.frontends.torch.rules import RULES, writes
from gennape.frontends.torch.tracer import Tracer
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES

_IDENTITIES = [
    "contiguous",
    "clone",
    "detach",
    "to",
    "float",
    "half",
    "double",
    "bfloat16",
    "type",
    "type_as",
    "cpu",
    "cuda",
    "alias",
    "data",
    "requires_grad",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "alpha_dropout",
    "feature_dropout",
    "feature_alpha_dropout",
    "native_dropout",
    "to_copy",
    "lift_fresh_copy",
    "identity",
    "positive",
    "real",
]
_RESHAPES = [
    "view",
    "reshape",
    "view_as",
    "reshape_as",
    "flatten",
    "unflatten",
    "squeeze",
    "unsqueeze",
    "unsafe_view",
    "_reshape_alias",
    "ravel",
]


@writes(*_IDENTITIES)
def identity(trace: Tracer, output: Any, x: Tensor, *_: Any, **__: Any) -> None:
    """Nothing happens to the values in evaluation."""
    trace.same(output if isinstance(output, Tensor) else output[0], x)


@writes(*_RESHAPES)
def reshape(trace: Tracer, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """The same elements in other dimensions; no detail when it is the plain flattening."""
    before, after = tuple(x.shape), tuple(output.shape)
    if before == after:
        trace.same(output, x)
        return
    flattens = len(after) == 2 and after[0] == before[0]
    details = {} if flattens else {"shape": list(after[1:])}
    axis = axis_after_reshape(before, trace.axis(x), after)
    trace.emit(Op.RESHAPE, (x,), output, axis=axis, details=details)


@writes("permute")
def permute(trace: Tracer, output: Tensor, x: Tensor, *dims: Any, **options: Any) -> None:
    """The dimensions in another order."""
    given = options.get("dims", dims[0] if dims and not isinstance(dims[0], int) else dims)
    order = [dim % x.dim() for dim in given]
    if order == sorted(order):
        trace.same(output, x)
    else:
        axis = order.index(trace.axis(x))
        trace.emit(Op.TRANSPOSE, (x,), output, axis=axis, details={"dims": order})


@writes("transpose", "swapaxes", "swapdims")
def transpose(trace: Tracer, output: Tensor, x: Tensor, dim0: int, dim1: int) -> None:
    """Two dimensions in each other's place."""
    order = list(range(x.dim()))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    permute(trace, output, x, order)


@writes("t", "T", "mT", "H", "mH", "adjoint")
def transpose_last(trace: Tracer, output: Tensor, x: Tensor) -> None:
    """The last two dimensions in each other's place."""
    transpose(trace, output, x, -2, -1) if x.dim() > 1 else trace.same(output, x)


@writes("movedim", "moveaxis")
def movedim(trace: Tracer, output: Tensor, x: Tensor, source: Any, destination: Any) -> None:
    """Some dimensions in other places, the rest in their order."""
    sources, targets = (
        [dim % x.dim() for dim in ([value] if isinstance(value, int) else value)]
        for value in (source, destination)
    )
    rest = iter(dim for dim in range(x.dim()) if dim not in sources)
    moved = dict(zip(targets, sources, strict=True))
    permute(
        trace,
        output,
        x,
        [moved.get(dim, -1) if dim in moved else next(rest) for dim in range(x.dim())],
    )


@writes("expand", "expand_as", "broadcast_to", "repeat", "tile", "repeat_interleave")
def expand(trace: Tracer, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Elements repeated."""
    if output.shape == x.shape:
        trace.same(output, x)
    else:
        trace.emit(Op.EXPAND, (x,), output, details={"shape": list(output.shape[1:])})


@writes("cat", "concat", "concatenate")
def concat(trace: Tracer, output: Tensor, tensors: Sequence[Tensor], dim: int = 0) -> None:
    """Tensors one after another; empty ones add nothing."""
    filled = [tensor for tensor in tensors if tensor.numel()]
    if len(filled) == 1:
        trace.same(output, filled[0])
        return
    axis = dim % output.dim()
    trace.emit(Op.CONCAT, filled, output, details={} if axis == 1 else {"axis": axis})


@writes("stack")
def stack(trace: Tracer, output: Tensor, tensors: Sequence[Tensor], dim: int = 0) -> None:
    """Tensors one after another along a new dimension."""
    parts = []
    for tensor in tensors:
        part = tensor.unsqueeze(dim)
        if trace.depends_on_input(tensor):
            reshape(trace, part, tensor)
        parts.append(part)
    concat(trace, output, parts, dim)


def cut(trace: Tracer, output: Tensor, x: Tensor, dim: int, start: int, step: int = 1) -> None:
    """A part of `x` along one dimension; the nodes are added when the part is used.

    The dimension is gone from `output` when it was indexed by a number.
    """
    dim %= x.dim()
    dropped = output.dim() < x.dim()
    length = 1 if dropped else output.shape[dim]
    if length == x.shape[dim]:
        reshape(trace, output, x)
        return
    part = trace.blank(*x.shape[:dim], length, *x.shape[dim + 1 :]) if dropped else output
    axis = trace.axis(x)
    details = {"start": start} if start else {}
    if (dim, axis) != (1, 1):
        details |= {"axis": dim, "stop": start + length * step}
    if step != 1:
        details["step"] = step

    def add() -> int:
        trace.emit(Op.SLICE, (x,), part, axis=axis, details=details)
        if dropped:
            reshape(trace, output, part)
        return trace.node(output)

    trace.bind(output, axis_after_reshape(part.shape, axis, output.shape), add)


@writes("chunk", "split", "split_with_sizes", "tensor_split", "unsafe_split", "unsafe_chunk")
def split(trace: Tracer, output: Sequence[Tensor], x: Tensor, *args: Any, **options: Any) -> None:
    """Parts one after another."""
    dim = options.get("dim", args[1] if len(args) > 1 else 0)
    start = 0
    for part in output:
        cut(trace, part, x, dim, start)
        start += part.shape[dim]


@writes("unbind")
def unbind(trace: Tracer, output: Sequence[Tensor], x: Tensor, dim: int = 0) -> None:
    """Every position along a dimension."""
    for start, part in enumerate(output):
        cut(trace, part, x, dim, start)


@writes("narrow")
def narrow(trace: Tracer, output: Tensor, x: Tensor, dim: int, start: int, length: int) -> None:
    """A part of a given length."""
    cut(trace, output, x, dim, start)


@writes("select")
def select(trace: Tracer, output: Tensor, x: Tensor, dim: int, index: int) -> None:
    """One position along a dimension."""
    cut(trace, output, x, dim, index % x.shape[dim])


@writes("aten.slice")
def aten_slice(
    trace: Tracer,
    output: Tensor,
    x: Tensor,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> None:
    """The operator behind `x[:, start:end:step]`."""
    cut(trace, output, x, dim, slice(start, end, step).indices(x.shape[dim])[0], step)


@writes("getitem")
def getitem(trace: Tracer, output: Tensor, x: Tensor, index: Any) -> None:
    """Indexing by numbers and ranges is a slice for each dimension, by tensors a gather."""
    items = list(index) if isinstance(index, tuple) else [index]
    if not all(item is None or item is ... or isinstance(item, int | slice) for item in items):
        gather(trace, output, x, *items)
        return
    items = [item for item in items if item is not None]
    if ... in items:
        place = items.index(...)
        items[place : place + 1] = [slice(None)] * (x.dim() - len(items) + 1)
    part = x
    for dim, item in enumerate(items):
        size = x.shape[dim]
        kept = range(size)[item] if isinstance(item, slice) else range(item % size, size)[:1]
        if len(kept) != size:
            shorter = trace.blank(*part.shape[:dim], len(kept), *part.shape[dim + 1 :])
            cut(trace, shorter, part, dim, kept.start, kept.step)
            part = shorter
    reshape(trace, output, part)


@writes("pad", "constant_pad_nd", "reflection_pad2d", "replication_pad2d")
def pad(
    trace: Tracer,
    output: Tensor,
    x: Tensor,
    pad: Sequence[int],
    mode: Any = "constant",
    value: float | None = None,
) -> None:
    """A border; sides come in PyTorch's order, the last dimension first."""
    sides = [int(side) for side in pad]
    if not any(sides):
        trace.same(output, x)
        return
    details: dict[str, Any] = {}
    if mode != "constant":
        details["mode"] = mode
    if value:
        details["value"] = value
    left, right, top, bottom = (*sides, 0, 0, 0, 0)[:4]
    attributes = NO_ATTRIBUTES
    if trace.axis(x) == 1 and x.dim() == 4 and not any(sides[4:]):
        attributes = (1, 1, 1, 1, top, left, bottom, right, 1, 1, 1, 0)
    else:
        details["pads"] = sides
    trace.emit(Op.PAD, (x,), output, attributes=attributes, details=details)


@writes("interpolate", "upsample")
def resize(
    trace: Tracer,
    output: Tensor,
    x: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    *_: Any,
    **__: Any,
) -> None:
    """Another height and width."""
    if output.shape == x.shape:
        trace.same(output, x)
        return
    details: dict[str, Any] = {} if mode == "nearest" else {"mode": mode}
    if align_corners:
        details["align_corners"] = True
    trace.emit(Op.RESIZE, (x,), output, axis=1, details=details)


def upsample(
    mode: str,
    trace: Tracer,
    output: Tensor,
    x: Tensor,
    output_size: Any,
    align_corners: Any = None,
    *_: Any,
    **__: Any,
) -> None:
    """The operator behind `interpolate` for one mode."""
    corners = align_corners is True and mode != "nearest"
    resize(trace, output, x, mode=mode, align_corners=corners)


for _mode in ("nearest", "bilinear", "bicubic"):
    RULES[f"upsample_{_mode}2d"] = partial(upsample, _mode)


@writes("roll")
def roll(trace: Tracer, output: Tensor, x: Tensor, shifts: Any, dims: Any = None) -> None:
    """Elements moved along dimensions, round the end."""
    listed = [[value] if isinstance(value, int) else list(value or []) for value in (shifts, dims)]
    trace.emit(Op.ROLL, (x,), output, details={"shifts": listed[0], "axes": listed[1]})


@writes("index_select", "gather", "take_along_dim", "index", "take")
def gather(trace: Tracer, output: Tensor, x: Tensor, *args: Any, **options: Any) -> None:
    """Elements at given places."""
    places = [value for value in (*args, *options.values()) if trace.depends_on_input(value)]
    trace.emit(Op.GATHER, [x, *places], output)


@writes("flip", "rot90")
def flip(trace: Tracer, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Elements in the opposite order."""
    trace.emit(Op.GATHER, (x,), output)


@writes("pixel_shuffle", "pixel_unshuffle", "channel_shuffle")
def shuffle(trace: Tracer, output: Tensor, x: Tensor, factor: int) -> None:
    """Channels to places or back: a reshape, a transpose and a reshape in one."""
    trace.emit(Op.TRANSPOSE, (x,), output, axis=1, details={"factor": factor})


@writes("unfold", "im2col")
def unfold(trace: Tracer, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Windows as columns."""
    trace.emit(Op.UNFOLD, (x,), output)


@writes("fold", "col2im")
def fold(trace: Tracer, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Columns added up as windows, outside the vocabulary."""
    trace.emit(Op.OTHER, (x,), output, axis=1, details={"function": "fold"})


@writes("topk", "sort", "argsort")
def sort(trace: Tracer, output: Any, x: Tensor, *_: Any, **__: Any) -> None:
    """Elements by size."""
    results = [output] if isinstance(output, Tensor) else list(output)
    trace.emit(Op.SORT, (x,), results[0])
    trace.also(results[1:], results[0])


@writes("grid_sample")
def grid_sample(trace: Tracer, output: Tensor, x: Tensor, grid: Tensor, *_: Any, **__: Any) -> None:
    """Values between the pixels, at computed places."""
    trace.emit(Op.GRID_SAMPLE, (x, grid), output, axis=1)


@writes("setitem")
def setitem(trace: Tracer, output: None, x: Tensor, index: Any, value: Any) -> None:
    """Some elements replaced by others, or all of them."""
    if not isinstance(value, Tensor):
        trace.emit(Op.WHERE, (x,), x)
    elif value.shape == x.shape:
        trace.same(x, value)
    elif value._base is not x or not trace.depends_on_input(value):
        # A view of x that was changed in place has been written back already.
        trace.overwrite(x, value)


@writes("copy")
def copy(trace: Tracer, output: Tensor, x: Tensor, source: Tensor, *_: Any) -> None:
    """All elements replaced by others."""
    expand(trace, output, source)


for _name in ("fft_rfft2", "fft_irfft2", "fft_fft2", "fft_ifft2", "fft_fft", "fft_ifft"):
    RULES[_name] = lambda trace, output, x, *_, **__: trace.emit(Op.FFT, (x,), output)
