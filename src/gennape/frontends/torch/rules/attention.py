"""Rules for matrix products and attention."""

import math
from collections.abc import Sequence
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules import arithmetic, elementwise
from gennape.frontends.torch.rules.convolution import linear
from gennape.frontends.torch.tensors import Tensor, is_boolean
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES


@traces("matmul bmm mm int_mm rmatmul mv dot inner_product linalg_matmul")
def matmul(trace: Trace, output: Tensor, x: Tensor, y: Tensor) -> None:
    """Write a matrix product; with a learned matrix on the right it is a linear layer."""
    if trace.is_learned(y) and y.dim() == 2 and trace.depends_on_input(x):
        linear(trace, output, x, y, transposed=True)
        return
    rows = x.dim() > 1 and y.dim() > 1 and trace.depends_on_input(x)
    keeps = rows and x.dim() == output.dim() and trace.axis(x) < x.dim() - 1
    axis = trace.axis(x) if keeps else max(output.dim() - 1, 0)
    product(trace, output, (x, y), x.shape[-1], axis)


def product(
    trace: Trace,
    output: Tensor,
    factors: Sequence[Tensor],
    contracted: int,
    axis: int,
    **details: Any,
) -> None:
    """Write a matrix product that sums over `contracted` elements for each of its results."""
    attributes = (contracted, *NO_ATTRIBUTES[1:])
    trace.emit(Op.MATMUL, factors, output, axis=axis, attributes=attributes, details=details)


@traces("addmm addmv baddbmm")
def addmm(
    trace: Trace,
    output: Tensor,
    bias: Tensor,
    x: Tensor,
    y: Tensor,
    *,
    beta: float = 1,
    alpha: float = 1,
) -> None:
    """Write `beta * bias + alpha * (x @ y)`; a linear layer when bias and matrix are learned."""
    plain = alpha == beta == 1
    if plain and y.dim() == 2 and trace.is_learned(y) and trace.is_learned(bias):
        linear(trace, output, x, y, bias, transposed=True)
        return
    total = trace.blank(*output.shape)
    matmul(trace, total, x, y)
    weighted_sum(trace, output, total, bias, alpha=alpha, beta=beta)


def weighted_sum(
    trace: Trace, output: Tensor, total: Tensor, bias: Tensor, *, alpha: float, beta: float
) -> None:
    """Write `alpha * total + beta * bias`; a bias that counts nothing is left out."""
    if alpha != 1:
        scaled = trace.blank(*output.shape)
        arithmetic.scale(trace, scaled, total, alpha, 0)
        total = scaled
    if beta == 0:
        trace.same(output, total)
    else:
        arithmetic.add(trace, output, total, bias, alpha=beta)


def _added(trace: Trace, mask: Tensor) -> Tensor:
    """Return what a fixed mask adds to the scores: of truth values, minus infinity or nothing."""
    if not is_boolean(mask) or trace.depends_on_input(mask):
        return mask
    added = trace.blank(*mask.shape) if mask.is_meta else _minus_infinity_where_not(mask)
    trace.derive([added], [mask])
    return added


def _minus_infinity_where_not(mask: Any) -> Any:
    """Return numbers for the truth values of a tensor of PyTorch, which has some."""
    import torch

    return torch.zeros(mask.shape, device=mask.device).masked_fill_(~mask, -math.inf)


@traces("scaled_dot_product_attention")
def attention(
    trace: Trace,
    output: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> None:
    """Write attention as its parts: product, scale, mask, softmax, product."""
    width, keys = query.shape[-1], key.shape[-2]
    shape = (*query.shape[:-1], keys)
    last = len(shape) - 1
    scores, scaled, weights = (trace.blank(*shape) for _ in range(3))
    product(trace, scores, (query, key), width, last, transposed=True)
    factor = 1 / math.sqrt(width) if scale is None else scale
    arithmetic.scale(trace, scaled, scores, factor, 0)
    if is_causal:
        attn_mask = trace.blank(*shape[-2:])
    if attn_mask is not None:
        masked = trace.blank(*shape)
        arithmetic.add(trace, masked, scaled, _added(trace, attn_mask))
        scaled = masked
    if is_causal and attn_mask is not None:
        trace.builder.state(trace.node(attn_mask), function="causal")
    elif attn_mask is not None and is_boolean(attn_mask) and trace.depends_on_input(attn_mask):
        trace.builder.state(trace.node(scaled), not_executable="a computed mask of truth values")
    elementwise.softmax(trace, weights, scaled, -1)
    product(trace, output, (weights, value), keys, last)
