"""The batch axis, followed through a network.

An axis is the batch where every operation keeps its elements apart and every result has it.
Then costs are those of one sample. It may be merged with other axes on the way, as in a
reshape from (batch, tokens, channels) to (batch x tokens, channels).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple, TypeVar

from gennape.frontends.layout import runs
from gennape.graph import Op
from gennape.utils.errors import GennapeError

Dims = tuple[int, ...]
Read = TypeVar("Read")


class BatchAxis(NamedTuple):
    """Place of the batch in a tensor.

    Attributes:
        axis: The dimension that holds it, perhaps merged with others.
        inner: Elements of that dimension from one sample to the next.
    """

    axis: int
    inner: int = 1


class BatchError(GennapeError):
    """An operation mixes samples, or what it does to the batch is not known."""


@dataclass(frozen=True)
class Operand:
    """One argument of an operation: its dimensions, and its batch if it has one."""

    dims: Dims
    batch: BatchAxis | None


def one_sample(dims: Sequence[int], place: BatchAxis | None, batch: int) -> Dims:
    """Return the dimensions of one sample of a tensor that holds `batch` of them."""
    if place is None:
        return tuple(dims)
    return tuple(n // batch if axis == place.axis else n for axis, n in enumerate(dims))


def beside(dims: Sequence[int], after: Sequence[int], place: BatchAxis | None) -> BatchAxis | None:
    """Find the batch in a stored tensor that is repeated for every sample of a result."""
    if place is None or len(dims) != len(after) or dims[place.axis] != after[place.axis]:
        return None
    return place


def for_one_sample(
    inputs: Sequence[Sequence[int]], read: Callable[[BatchAxis | None, int], Read]
) -> Read:
    """Read a network for one sample, where all its inputs and results have an axis for samples.

    Args:
        inputs: Dimensions of the inputs.
        read: Takes the place of the batch and its size; raises a `BatchError` where that is no
            axis for samples.
    """
    for axis, size in batch_candidates(inputs):
        with suppress(BatchError):
            return read(BatchAxis(axis), size)
    return read(None, 1)


def batch_candidates(inputs: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Find axes that may be the batch: position and size, first axes first.

    Args:
        inputs: Dimensions of the inputs; numbers without dimensions belong to every sample.
    """
    ranked = [dims for dims in inputs if len(dims)]
    if all(dims[0] == 1 for dims in ranked):  # one sample
        return []
    shared = min((len(dims) for dims in ranked), default=0)
    sizes = [(axis, {dims[axis] for dims in ranked}) for axis in range(min(shared, 2))]
    return [(axis, size) for axis, (size, *others) in sizes if not others and size > 1]


def batch_after(
    op: Op,
    operands: Sequence[Operand],
    after: Dims,
    batch: int,
    *,
    details: Mapping[str, Any],
    mixes: Sequence[int] = (),
) -> BatchAxis | None:
    """Find the batch in the result of an operation.

    Args:
        op: The operation.
        operands: Its arguments.
        after: Dimensions of its result.
        batch: Samples in a batch.
        details: Its details.
        mixes: Axes of its first argument along which it joins elements.

    Returns:
        The place of the batch; None where no argument has it.

    Raises:
        BatchError: Samples are mixed, or the batch is not found again.
    """
    held = [operand for operand in operands if operand.batch is not None]
    if not held:
        return None
    if mixes and operands[0].batch is not None and operands[0].batch.axis in mixes:
        raise BatchError(f"{op.name.lower()} works along it")
    if op is Op.MATMUL and len(operands) == 2:
        places = _of_product(operands, after, details)
    else:
        places = {_of_one(op, operand, after, batch, details) for operand in held}
    if len(places) != 1:
        raise BatchError(f"{op.name.lower()} has it in several places")
    place = places.pop()
    if not 0 <= place.axis < len(after) or after[place.axis] % (batch * place.inner):
        raise BatchError(f"{op.name.lower()} loses it")
    return place


def _of_one(
    op: Op, operand: Operand, after: Dims, batch: int, details: Mapping[str, Any]
) -> BatchAxis:
    """Follow the batch of one argument."""
    assert operand.batch is not None
    before, (axis, inner) = operand.dims, operand.batch
    if op is Op.RESHAPE:
        return batch_after_reshape(before, operand.batch, after, batch)
    if op is Op.TRANSPOSE and "dims" in details:
        return BatchAxis(list(details["dims"]).index(axis), inner)
    if op in _REDUCTIONS and "axes" in details:
        if axis in details["axes"]:
            raise BatchError(f"{op.name.lower()} works along it")
        removed = 0 if len(before) == len(after) else sum(a < axis for a in details["axes"])
        return BatchAxis(axis - removed, inner)
    if axis in details.get("axes", ()):
        raise BatchError(f"{op.name.lower()} works along it")
    if op in _CHANNELS_LAST and axis == len(before) - 1:
        raise BatchError(f"{op.name.lower()} works along it")
    if op in _IMAGES and axis != 0:
        raise BatchError(f"{op.name.lower()} works along it")
    from_end = axis - len(before) + len(after)
    for place in (axis, from_end) if op in _FROM_START else (from_end, axis):
        if 0 <= place < len(after) and after[place] == before[axis]:
            return BatchAxis(place, inner)
    raise BatchError(f"{op.name.lower()} loses it")


_REDUCTIONS = frozenset({Op.MEAN, Op.SUM, Op.MAX, Op.VARIANCE})
_CHANNELS_LAST = frozenset({Op.LINEAR, Op.LAYER_NORM, Op.RMS_NORM})
_IMAGES = frozenset(
    {
        Op.CONV,
        Op.CONV_TRANSPOSE,
        Op.MAX_POOL,
        Op.AVG_POOL,
        Op.GLOBAL_AVG_POOL,
        Op.GLOBAL_MAX_POOL,
        Op.BATCH_NORM,
        Op.GROUP_NORM,
        Op.INSTANCE_NORM,
        Op.RESIZE,
        Op.GRID_SAMPLE,
    }
)
_FROM_START = frozenset({Op.EMBEDDING, Op.UNFOLD, Op.GATHER, Op.OTHER, Op.SORT})
"""Operations that add or drop dimensions at the end."""


def _of_product(
    operands: Sequence[Operand], after: Dims, details: Mapping[str, Any]
) -> set[BatchAxis]:
    """Follow the batches of both factors of a matrix product."""
    if "equation" in details:
        return _of_einsum(operands, str(details["equation"]))
    places = set()
    for position, (dims, batch) in enumerate((o.dims, o.batch) for o in operands):
        if batch is None:
            continue
        from_end = batch.axis - len(dims)
        contracted = -1 if position == 0 or len(dims) == 1 or details.get("transposed") else -2
        if from_end == contracted:
            raise BatchError("matmul works along it")
        if details.get("transposed") and position == 1 and from_end == -2:
            from_end = -1
        lost = 1 if min(len(o.dims) for o in operands) == 1 and position == 0 else 0
        places.add(BatchAxis(from_end + len(after) + lost, batch.inner))
    return places


def _of_einsum(operands: Sequence[Operand], equation: str) -> set[BatchAxis]:
    """Follow the letter of the batch."""
    terms, _, result = equation.replace(" ", "").partition("->")
    letters = {
        (term[operand.batch.axis], operand.batch.inner)
        for term, operand in zip(terms.split(","), operands, strict=True)
        if operand.batch is not None and "." not in term
    }
    if any(letter not in result for letter, _ in letters):
        raise BatchError("einsum sums over it")
    return {BatchAxis(result.index(letter), inner) for letter, inner in letters}


def batch_after_reshape(before: Dims, place: BatchAxis, after: Dims, batch: int) -> BatchAxis:
    """Find the batch after a reshape, by the number of elements from one sample to the next.

    Raises:
        BatchError: The samples are cut.
    """
    for old, new in runs(before, after):
        if old.start <= place.axis < old.stop:
            stride = place.inner * prod(before[place.axis + 1 : old.stop])
            inside = 1
            for axis in reversed(new):
                fits = stride % inside == 0 and inside * after[axis] % (stride * batch) == 0
                if fits and stride < inside * after[axis]:
                    return BatchAxis(axis, stride // inside)
                inside *= after[axis]
    raise BatchError("reshape cuts it")
