"""Sizes of reductions and searches along dimensions."""

from collections.abc import Iterable
from typing import Any

from gennape.frontends.layout import broadcast_shape
from gennape.frontends.torch.shape_rules.registry import Shape, one, several
from gennape.frontends.torch.tensors import StatedTensor


@one("mean sum prod any all amax amin logsumexp count_nonzero")
def _reduced(
    x: StatedTensor, dim: Any = None, keepdim: bool = False, *_: Any, **__: Any
) -> Shape | None:
    chosen = [dim] if isinstance(dim, int) else list(dim or range(x.dim()))
    gone = {one % x.dim() for one in chosen} if x.dim() else set()
    if keepdim:
        return tuple(1 if axis in gone else size for axis, size in enumerate(x.shape))
    return tuple(size for axis, size in enumerate(x.shape) if axis not in gone)


@several("max min")
def _extreme(x: StatedTensor, dim: Any = None, keepdim: bool = False) -> Iterable[Shape] | None:
    if isinstance(dim, StatedTensor):
        shape = broadcast_shape(x.shape, dim.shape)
        return None if shape is None else [shape]
    if dim is None:
        return [()]
    shape = _reduced(x, dim, keepdim)
    return None if shape is None else [shape] * 2


@one("var std")
def _variance(
    x: StatedTensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, **_: Any
) -> Shape | None:
    return () if isinstance(dim, bool) else _reduced(x, dim, keepdim)


@several("var_mean std_mean")
def _variance_and_mean(*args: Any, **kwargs: Any) -> Iterable[Shape] | None:
    shape = _variance(*args, **kwargs)
    return None if shape is None else [shape] * 2


@one("argmax argmin")
def _place_of_extreme(
    x: StatedTensor, dim: int | None = None, keepdim: bool = False
) -> Shape | None:
    return _reduced(x, dim, keepdim)


@one("linalg_vector_norm")
def _norm(
    x: StatedTensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, **_: Any
) -> Shape | None:
    return _reduced(x, dim, keepdim)


@several("topk")
def _topk(x: StatedTensor, k: int, dim: int = -1, *_: Any, **__: Any) -> Iterable[Shape] | None:
    shape = list(x.shape)
    shape[dim] = k
    return [tuple(shape)] * 2


@several("sort")
def _sorted(x: StatedTensor, *_: Any, **__: Any) -> Iterable[Shape] | None:
    return [x.shape] * 2
