"""Sizes of parts of tensors, and of tensors that are joined or repeated."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

from gennape.frontends.torch.shape_rules.registry import Shape, one, several
from gennape.frontends.torch.tensors import StatedTensor


@one("slice")
def _slice(
    x: StatedTensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> Shape | None:
    return _with_size(x, dim, len(range(x.shape[dim])[start:end:step]))


@one("narrow")
def _narrow(x: StatedTensor, dim: int, start: Any, length: int) -> Shape | None:
    return _with_size(x, dim, length)


@one("index_select")
def _index_select(x: StatedTensor, dim: int, index: StatedTensor) -> Shape | None:
    return _with_size(x, dim, index.numel())


@one("select")
def _select(x: StatedTensor, dim: int, index: int) -> Shape | None:
    return _without(x, dim)


@several("unbind")
def _unbind(x: StatedTensor, dim: int = 0) -> Iterable[Shape] | None:
    return repeat(_without(x, dim), x.shape[dim])


@several("split unsafe_split")
def _split(x: StatedTensor, size: Any, dim: int = 0) -> Iterable[Shape] | None:
    if not isinstance(size, int):
        return _split_with_sizes(x, size, dim)
    starts = range(0, x.shape[dim], size)
    return (_with_size(x, dim, min(size, x.shape[dim] - start)) for start in starts)


@several("split_with_sizes")
def _split_with_sizes(
    x: StatedTensor, parts: Sequence[int], dim: int = 0
) -> Iterable[Shape] | None:
    return (_with_size(x, dim, size) for size in parts)


@several("chunk")
def _chunk(x: StatedTensor, chunks: int, dim: int = 0) -> Iterable[Shape] | None:
    return _split(x, max(1, -(-x.shape[dim] // chunks)), dim)


def _with_size(x: StatedTensor, dim: int, size: int) -> Shape:
    shape = list(x.shape)
    shape[dim] = size
    return tuple(shape)


def _without(x: StatedTensor, dim: int) -> Shape:
    shape = list(x.shape)
    del shape[dim]
    return tuple(shape)


@one("expand")
def _expanded(x: StatedTensor, size: Sequence[int], *_: Any, **__: Any) -> Shape | None:
    kept = (0,) * (len(size) - x.dim()) + x.shape
    return tuple(one if new == -1 else new for new, one in zip(size, kept, strict=True))


@one("repeat")
def _repeated(x: StatedTensor, repeats: Sequence[int]) -> Shape | None:
    shape = (1,) * (len(repeats) - x.dim()) + x.shape
    return tuple(size * times for size, times in zip(shape, repeats, strict=True))


@one("gather")
def _gathered(x: StatedTensor, dim: int, index: StatedTensor, **_: Any) -> Shape | None:
    return index.shape


@one("cat")
def _concat(tensors: Any, dim: int = 0, *_: Any, **__: Any) -> Shape | None:
    parts = [tensor for tensor in tensors if tensor.shape != (0,)]
    return _with_size(parts[0], dim, sum(part.shape[dim] for part in parts))


@one("stack")
def _stacked(tensors: Any, dim: int = 0) -> Shape | None:
    shape = list(tensors[0].shape)
    shape.insert(dim % (len(shape) + 1), len(tensors))
    return tuple(shape)
