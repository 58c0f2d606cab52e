"""Sizes of products, of lookups, and of what keeps the sizes of its arguments."""

from typing import Any

from gennape.frontends.layout import broadcast_shape
from gennape.frontends.torch.shape_rules.registry import Shape, one
from gennape.frontends.torch.tensors import StatedTensor


@one(
    "cumsum cumprod masked_fill scatter scatter_add index_copy index_add slice_scatter "
    "select_scatter index_put tril triu roll flip"
)
def _same(x: StatedTensor, *_: Any, **__: Any) -> Shape | None:
    return x.shape


@one("where")
def _where(condition: StatedTensor, x: Any, y: Any) -> Shape | None:
    tensors = [one.shape for one in (condition, x, y) if isinstance(one, StatedTensor)]
    return broadcast_shape(*tensors)


@one("matmul mm bmm")
def _matmul(x: StatedTensor, y: StatedTensor, *_: Any, **__: Any) -> Shape | None:
    if x.dim() < 2 or y.dim() < 2:
        return None
    batch = broadcast_shape(x.shape[:-2], y.shape[:-2])
    return None if batch is None else (*batch, x.shape[-2], y.shape[-1])


@one("addmm baddbmm")
def _addmm(bias: Any, x: StatedTensor, y: StatedTensor, *_: Any, **__: Any) -> Shape | None:
    return _matmul(x, y)


@one("embedding")
def _embedding(weight: StatedTensor, index: StatedTensor, *_: Any, **__: Any) -> Shape | None:
    return (*index.shape, weight.shape[1])
