"""Rules for taking parts of tensors and overwriting them."""

from collections.abc import Sequence
from typing import Any

from gennape.frontends.batch_axis import batch_after_reshape
from gennape.frontends.layout import axis_after_reshape, cut_details
from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules.layout import expand, reshape
from gennape.frontends.torch.tensors import Tensor, is_boolean
from gennape.frontends.torch.trace import Trace
from gennape.frontends.torch.traced_values import tensors_in
from gennape.graph import Op


def cut(trace: Trace, output: Tensor, x: Tensor, dim: int, start: int, step: int = 1) -> None:
    """Write a part of `x` along one dimension; the nodes are added when the part is used.

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
    source = trace.snapshot(x)
    details = cut_details(dim, axis, start=start, length=length, step=step)

    def add() -> int:
        trace.emit(Op.SLICE, (source,), part, axis=axis, details=details)
        if dropped:
            reshape(trace, output, part)
        return trace.node(output)

    batch = trace.batch_after(Op.SLICE, (x,), part, details)
    if batch is not None and dropped:
        batch = batch_after_reshape(tuple(part.shape), batch, tuple(output.shape), trace.batch)
    trace.bind(output, axis_after_reshape(part.shape, axis, output.shape), add, batch)


@traces("chunk split split_with_sizes tensor_split unsafe_split unsafe_chunk")
def split(trace: Trace, output: Sequence[Tensor], x: Tensor, *args: Any, **options: Any) -> None:
    """Write parts one after another."""
    dim = options.get("dim", args[1] if len(args) > 1 else 0)
    start = 0
    for part in output:
        cut(trace, part, x, dim, start)
        start += part.shape[dim]


@traces("unbind")
def unbind(trace: Trace, output: Sequence[Tensor], x: Tensor, dim: int = 0) -> None:
    """Write every position along a dimension."""
    for start, part in enumerate(output):
        cut(trace, part, x, dim, start)


@traces("narrow")
def narrow(trace: Trace, output: Tensor, x: Tensor, dim: int, start: int, length: int) -> None:
    """Write a part of a given length."""
    cut(trace, output, x, dim, start)


@traces("select")
def select(trace: Trace, output: Tensor, x: Tensor, dim: int, index: int) -> None:
    """Write one position along a dimension."""
    cut(trace, output, x, dim, index % x.shape[dim])


@traces("aten.slice")
def aten_slice(
    trace: Trace,
    output: Tensor,
    x: Tensor,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> None:
    """Write the operator behind `x[:, start:end:step]`."""
    cut(trace, output, x, dim, slice(start, end, step).indices(x.shape[dim])[0], step)


def _new_axes(items: Sequence[Any], rank: int) -> tuple[int, ...]:
    """Return which axes of a result an index makes; none where it also takes single places."""
    if any(isinstance(item, int) for item in items):
        return ()
    place = next((n for n, item in enumerate(items) if item is ...), len(items))
    behind = len(items) - place
    return tuple(
        number if number < place else number + rank - len(items)
        for number, item in enumerate(items)
        if item is None and (number < place or behind)
    )


@traces("getitem")
def getitem(trace: Trace, output: Tensor, x: Tensor, index: Any) -> None:
    """Write indexing: by numbers and ranges a slice for each dimension, by tensors a gather."""
    items = list(index) if isinstance(index, tuple) else [index]
    if not all(item is None or item is ... or isinstance(item, int | slice) for item in items):
        gather(trace, output, x, *items, details=_listed(trace, x, items))
        return
    inserted = _new_axes(items, output.dim())
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
    reshape(trace, output, part, inserted=inserted)


def _listed(trace: Trace, x: Tensor, items: Sequence[Any]) -> dict[str, Any] | None:
    """State the places that an index of one list and of whole dimensions takes, if it is one."""
    lists = [dim for dim, item in enumerate(items) if isinstance(item, list | Tensor)]
    others = [item for item in items if not isinstance(item, list | Tensor)]
    if len(lists) != 1 or any(item is ... or item != slice(None) for item in others):
        return None
    is_flat = isinstance(items[lists[0]], Tensor) or all(
        type(place) is int for place in items[lists[0]]
    )
    return _places(trace, x, lists[0], items[lists[0]]) if is_flat else None


@traces("index take")
def gather(
    trace: Trace, output: Tensor, x: Tensor, *args: Any, details: Any = None, **options: Any
) -> None:
    """Write elements at given places."""
    places = filter(trace.depends_on_input, tensors_in([*args, *options.values()]))
    unknown = {"not_executable": "elements are taken at places that are not in the graph"}
    trace.emit(Op.GATHER, [x, *places], output, details=unknown if details is None else details)


@traces("index_select")
def index_select(trace: Trace, output: Tensor, x: Tensor, dim: int, index: Tensor) -> None:
    """Write the given places of one dimension."""
    details = _places(trace, x, dim, index)
    gather(trace, output, x, index, details=details)


@traces("gather take_along_dim")
def gather_along(trace: Trace, output: Tensor, x: Tensor, *args: Any, **options: Any) -> None:
    """Write the computed places of one dimension."""
    dim, index = (
        options.get(name, next((v for v in args if isinstance(v, kind)), None))
        for name, kind in (("dim", int), ("index", Tensor))
    )
    is_plain = isinstance(dim, int) and trace.depends_on_input(index)
    details = {"function": "gather", "axis": int(dim or 0) % x.dim()} if is_plain else None
    gather(trace, output, x, *args, details=details, **options)


def _places(trace: Trace, x: Tensor, dim: int, index: Any) -> dict[str, Any] | None:
    """State which places of a dimension are taken, if that is known."""
    if isinstance(index, Tensor):
        if index.is_meta or trace.depends_on_input(index) or index.dim() != 1:
            return None
        if is_boolean(index):
            return None
        numbers: Any = index
        index = numbers.tolist()
    size = x.shape[dim]
    places = [int(place) % size for place in index]
    return {"function": "index", "axis": dim % x.dim(), "places": places}


@traces("flip")
def flip(trace: Trace, output: Tensor, x: Tensor, *dims: Any, **options: Any) -> None:
    """Write elements in the opposite order."""
    given = options.get("dims", dims[0] if dims and not isinstance(dims[0], int) else dims)
    listed = [given] if isinstance(given, int) else given
    axes = sorted(dim % x.dim() for dim in listed)
    trace.emit(Op.GATHER, (x,), output, details={"function": "flip", "axes": axes})


@traces("rot90")
def rot90(trace: Trace, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Write a turned map."""
    trace.emit(Op.GATHER, (x,), output, details={"not_executable": "maps are turned"})


@traces("setitem")
def setitem(trace: Trace, output: None, x: Tensor, index: Any, value: Any) -> None:
    """Write some elements replaced by others, or all of them."""
    if isinstance(value, Tensor) and trace.depends_on_input(value):
        if value.shape == x.shape:
            trace.same(x, value)
        elif not trace.has_written(x, value):
            trace.overwrite(x, value)
        return
    places: list[Tensor] = []
    if not trace.depends_on_input(x):
        places = list(filter(trace.depends_on_input, tensors_in([index])))
    trace.emit(Op.WHERE, (x, *places), x, details=_OVERWRITTEN)


_OVERWRITTEN = {"not_executable": "elements are overwritten in place"}


@traces("index_put")
def index_put(
    trace: Trace, output: Tensor, x: Tensor, indices: Any, values: Tensor, *_: Any, **__: Any
) -> None:
    """Write some elements replaced by others, in place or in a copy."""
    if output is x:
        setitem(trace, None, x, tuple(indices), values)
    else:
        dynamic = filter(trace.depends_on_input, (values, *tensors_in([list(indices)])))
        trace.emit(Op.WHERE, (x, *list(dynamic)[:1]), output, details=_OVERWRITTEN)


@traces("slice_scatter select_scatter diagonal_scatter")
def scatter_part(trace: Trace, output: Tensor, x: Tensor, part: Tensor, *place: Any) -> None:
    """Write a copy in which some elements are replaced, as programs without changes in place do."""
    trace.same(output, x)
    setitem(trace, None, output, place, part)


@traces("copy")
def copy(trace: Trace, output: Tensor, x: Tensor, source: Tensor, *_: Any) -> None:
    """Write all elements replaced by others."""
    if output is not x or not trace.has_written(trace.views.source_of(x), source):
        expand(trace, output, source)
