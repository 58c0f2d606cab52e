"""Rules for functions that rename, reorder, repeat or join elements."""

from collections.abc import Sequence
from typing import Any

from gennape.frontends.batch_axis import one_sample
from gennape.frontends.layout import axis_after_reshape, reshape_details
from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.tensors import Tensor, is_boolean
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op


@traces(
    "contiguous clone detach to int long short bool byte char float half double bfloat16 "
    "type type_as cpu cuda alias data real requires_grad positive identity to_copy "
    "lift_fresh_copy dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout "
    "feature_alpha_dropout native_dropout"
)
def identity(trace: Trace, output: Any, x: Tensor, *_: Any, **__: Any) -> None:
    """Pass on values, to which nothing happens in evaluation, but for whole or truth values."""
    result = output if isinstance(output, Tensor) else output[0]
    if _kind(result) < _kind(x) or (is_boolean(x) and _kind(result) == 1):
        details = {"not_executable": "numbers become whole ones or truth values"}
        trace.emit(Op.IDENTITY, (x,), result, details=details)
    else:
        trace.same(result, x)


def _kind(x: Tensor) -> int:
    """Rank truth values, whole numbers and others."""
    return 0 if is_boolean(x) else 1 + (x.is_floating_point() or x.is_complex())


@traces("view reshape view_as reshape_as flatten unflatten squeeze ravel unsafe_view reshape_alias")
def reshape(
    trace: Trace, output: Tensor, x: Tensor, *_: Any, inserted: Sequence[int] = (), **__: Any
) -> None:
    """Write the same elements in other dimensions; no detail when it is the plain flattening."""
    if not trace.depends_on_input(x):  # it has only the size of another tensor
        trace.derive([output], [x])
        return
    before, after = tuple(x.shape), tuple(output.shape)
    if before == after:
        trace.same(output, x)
        return
    after_one = one_sample(after, trace.batch_after(Op.RESHAPE, (x,), output), trace.batch)
    details = reshape_details(trace.dims(x), after_one)
    if inserted and details:
        details["inserted"] = list(inserted)
    axis = axis_after_reshape(before, trace.axis(x), after)
    trace.emit(Op.RESHAPE, (x,), output, axis=axis, details=details)


@traces("unsqueeze")
def unsqueeze(trace: Trace, output: Tensor, x: Tensor, dim: int) -> None:
    """Write a new dimension of size 1."""
    reshape(trace, output, x, inserted=(dim % output.dim(),))


@traces("permute")
def permute(trace: Trace, output: Tensor, x: Tensor, *dims: Any, **options: Any) -> None:
    """Write the dimensions in another order."""
    given = options.get("dims", dims[0] if dims and not isinstance(dims[0], int) else dims)
    order = [dim % x.dim() for dim in given]
    if order == sorted(order):
        trace.same(output, x)
    else:
        axis = order.index(trace.axis(x))
        trace.emit(Op.TRANSPOSE, (x,), output, axis=axis, details={"dims": order})


@traces("transpose swapaxes swapdims")
def transpose(trace: Trace, output: Tensor, x: Tensor, dim0: int, dim1: int) -> None:
    """Write two dimensions in each other's place."""
    order = list(range(x.dim()))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    permute(trace, output, x, order)


@traces("T numpy_T")
def transpose_all(trace: Trace, output: Tensor, x: Tensor) -> None:
    """Write the dimensions in the opposite order."""
    permute(trace, output, x, list(range(x.dim()))[::-1])


@traces("t mT H mH adjoint matrix_H")
def transpose_last(trace: Trace, output: Tensor, x: Tensor) -> None:
    """Write the last two dimensions in each other's place."""
    transpose(trace, output, x, -2, -1) if x.dim() > 1 else trace.same(output, x)


@traces("movedim moveaxis")
def movedim(trace: Trace, output: Tensor, x: Tensor, source: Any, destination: Any) -> None:
    """Write some dimensions in other places, the rest in their order."""
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


@traces("repeat tile")
def repeat(trace: Trace, output: Tensor, x: Tensor, *times: Any, **options: Any) -> None:
    """Write the whole tensor repeated along its dimensions."""
    given = options.get("repeats", options.get("dims", times))
    listed = given[0] if len(given) == 1 and not isinstance(given[0], int) else given
    if output.shape == x.shape:
        trace.same(output, x)
    else:
        repeats = [int(n) for n in listed]
        trace.emit(Op.EXPAND, (x,), output, details={"repeats": repeats})


@traces("repeat_interleave")
def repeat_interleave(
    trace: Trace, output: Tensor, x: Tensor, repeats: Any, dim: int | None = None, **_: Any
) -> None:
    """Write every element repeated along a dimension."""
    if isinstance(repeats, int) and dim is not None:
        details: dict[str, Any] = {"axis": dim % x.dim(), "times": repeats}
    else:
        details = {"not_executable": "elements are repeated by different numbers"}
    trace.emit(Op.EXPAND, (x,), output, details=details)


@traces("expand expand_as broadcast_to")
def expand(trace: Trace, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Write elements repeated."""
    if not trace.depends_on_input(x):  # it has only the size of another tensor
        trace.derive([output], [x])
        return
    if output.shape == x.shape:
        trace.same(output, x)
    else:
        dims = one_sample(output.shape, trace.batch_after(Op.EXPAND, (x,), output), trace.batch)
        trace.emit(Op.EXPAND, (x,), output, details={"shape": list(dims[1:])})


@traces("cat concat concatenate")
def concat(trace: Trace, output: Tensor, tensors: Sequence[Tensor], dim: int = 0) -> None:
    """Write tensors one after another; empty ones add nothing."""
    filled = [tensor for tensor in tensors if tensor.numel()]
    if len(filled) == 1:
        trace.same(output, filled[0])
        return
    axis = dim % output.dim()
    details = {} if axis == 1 else {"axis": axis}
    trace.emit(Op.CONCAT, filled, output, details=details, mixes=(axis,))


def _with_new_axis(trace: Trace, tensor: Any, dim: int) -> Any:
    """Return a tensor of the same elements with a new dimension of size 1."""
    if not tensor.is_meta:
        return tensor.unsqueeze(dim)
    place = dim % (tensor.dim() + 1)
    return trace.blank(*tensor.shape[:place], 1, *tensor.shape[place:])


@traces("stack")
def stack(trace: Trace, output: Tensor, tensors: Sequence[Tensor], dim: int = 0) -> None:
    """Write tensors one after another along a new dimension."""
    parts = []
    for tensor in tensors:
        part = _with_new_axis(trace, tensor, dim)
        if trace.depends_on_input(tensor):
            unsqueeze(trace, part, tensor, dim)
        else:
            trace.derive([part], [])
        parts.append(part)
    concat(trace, output, parts, dim)


@traces("pixel_shuffle")
def pixel_shuffle(trace: Trace, output: Tensor, x: Tensor, upscale_factor: int) -> None:
    """Write channels become places."""
    batch, channels, height, width = x.shape
    r = upscale_factor
    split = (batch, channels // r**2, r, r, height, width)
    _rearrange(trace, output, x, split, [0, 1, 4, 2, 5, 3])


@traces("pixel_unshuffle")
def pixel_unshuffle(trace: Trace, output: Tensor, x: Tensor, downscale_factor: int) -> None:
    """Write places become channels."""
    batch, channels, height, width = x.shape
    r = downscale_factor
    split = (batch, channels, height // r, r, width // r, r)
    _rearrange(trace, output, x, split, [0, 1, 3, 5, 2, 4])


@traces("channel_shuffle native_channel_shuffle")
def channel_shuffle(trace: Trace, output: Tensor, x: Tensor, groups: int) -> None:
    """Write groups of channels are interleaved."""
    batch, channels, *size = x.shape
    split = (batch, groups, channels // groups, *size)
    _rearrange(trace, output, x, split, [0, 2, 1, *range(3, len(split))])


def _rearrange(
    trace: Trace, output: Tensor, x: Tensor, split: Sequence[int], order: list[int]
) -> None:
    """Write a reshape, a transpose and a reshape."""
    parts = trace.blank(*split)
    ordered = trace.blank(*(split[dim] for dim in order))
    reshape(trace, parts, x)
    permute(trace, ordered, parts, order)
    reshape(trace, output, ordered)
