"""Rules for products of tensors that are written in other ways than `x @ y`."""

from collections.abc import Sequence
from math import prod
from string import ascii_letters
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules.arithmetic import add, mul
from gennape.frontends.torch.rules.attention import matmul, product, weighted_sum
from gennape.frontends.torch.rules.convolution import linear
from gennape.frontends.torch.tensors import Tensor
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op

_ALONG_AXES = {"not_executable": "its product is along axes that are not stated"}


@traces("einsum")
def einsum(trace: Trace, output: Tensor, equation: Any, *operands: Any) -> None:
    """Write a product of tensors by index letters, two at a time from the left."""
    if isinstance(equation, Tensor):
        equation, factors = _from_lists([equation, *operands])
    else:
        factors = list(operands[0]) if isinstance(operands[0], list | tuple) else list(operands)
    terms, result = _letters(equation, factors)
    sizes = {
        letter: size
        for term, factor in zip(terms, factors, strict=True)
        for letter, size in zip(term, factor.shape, strict=True)
    }
    left, letters = factors[0], terms[0]
    if len(factors) == 1:
        _rearranged(trace, output, left, letters, result)
        return
    for position, (right, others) in enumerate(zip(factors[1:], terms[1:], strict=True), 2):
        is_last = position == len(factors)
        wanted = set(result).union(*terms[position:])
        both = dict.fromkeys(letters + others)
        kept = result if is_last else "".join(c for c in both if c in wanted)
        part = output if is_last else trace.blank(*(sizes[letter] for letter in kept))
        summed = (set(letters) & set(others)) - set(kept)
        written = equation if len(factors) == 2 else f"{letters},{others}->{kept}"
        if summed:
            length = prod(sizes[letter] for letter in summed)
            last = max(part.dim() - 1, 0)
            product(trace, part, (left, right), length, last, equation=written)
        else:
            trace.emit(
                Op.MUL,
                (left, right),
                part,
                details=_BY_LETTERS,
            )
        left, letters = part, kept


_BY_LETTERS = {"not_executable": "elements are paired by letters"}


def _from_lists(operands: Sequence[Any]) -> tuple[str, list[Tensor]]:
    """Return equation and factors of the form that gives a list of numbers after each factor."""
    lists = [operands[place] for place in range(1, len(operands), 2)]
    words = ["".join("..." if n is ... else ascii_letters[n] for n in numbers) for numbers in lists]
    factors = [operands[2 * place] for place in range(len(lists))]
    if len(operands) % 2 == 0:
        return ",".join(words), factors
    result = "".join("..." if n is ... else ascii_letters[n] for n in operands[-1])
    return f"{','.join(words)}->{result}", factors


def _letters(equation: str, factors: Sequence[Tensor]) -> tuple[list[str], str]:
    """Return one letter for each dimension of every factor and of the result."""
    terms, arrow, result = equation.replace(" ", "").partition("->")
    words = terms.split(",")
    free = [letter for letter in reversed(ascii_letters) if letter not in terms]
    ranks = [f.dim() - len(w.replace("...", "")) for f, w in zip(factors, words, strict=True)]
    dots = "".join(free[: max(ranks)])[::-1]
    if not arrow:
        once = sorted(c for c in set(terms) - set(",.") if terms.count(c) == 1)
        result = ("..." if "..." in terms else "") + "".join(once)
    full = [w.replace("...", dots[len(dots) - n :]) for w, n in zip(words, ranks, strict=True)]
    return full, result.replace("...", dots)


def _rearranged(trace: Trace, output: Tensor, x: Tensor, letters: str, result: str) -> None:
    """Write an einsum of one tensor: a sum, a transpose, or elements of the diagonal."""
    if len(set(letters)) < len(letters):
        trace.emit(Op.GATHER, (x,), output, details={"not_executable": "a diagonal is taken"})
    elif len(result) == len(letters):
        order = [letters.index(letter) for letter in result]
        trace.emit(Op.TRANSPOSE, (x,), output, details={"dims": order})
    else:
        axes = [axis for axis, letter in enumerate(letters) if letter not in result]
        kept = "".join(letter for letter in letters if letter in result)
        sizes = (x.shape[letters.index(letter)] for letter in kept)
        total = output if kept == result else trace.blank(*sizes)
        trace.emit(Op.SUM, (x,), total, details={"axes": axes})
        if total is not output:
            _rearranged(trace, output, total, kept, result)


@traces("tensordot")
def tensordot(
    trace: Trace, output: Tensor, x: Tensor, y: Tensor, dims: Any = 2, *_: Any, **__: Any
) -> None:
    """Write a product that sums over some dimensions of both tensors."""
    if isinstance(dims, Tensor):
        numbers: Any = dims
        dims = numbers.tolist()
    summed = range(x.dim() - dims, x.dim()) if isinstance(dims, int) else dims[0]
    length = prod(x.shape[dim] for dim in ([summed] if isinstance(summed, int) else summed))
    product(
        trace,
        output,
        (x, y),
        length,
        max(output.dim() - 1, 0),
        **_ALONG_AXES,
    )


@traces("inner")
def inner(trace: Trace, output: Tensor, x: Tensor, y: Tensor) -> None:
    """Write products of the last dimensions; a linear layer where the rows of `y` are learned."""
    if trace.is_learned(y) and y.dim() == 2:
        linear(trace, output, x, y)
    elif x.dim() and y.dim():
        last = max(output.dim() - 1, 0)
        product(trace, output, (x, y), x.shape[-1], last, transposed=True)
    else:
        mul(trace, output, x, y)


@traces("linalg_vecdot vecdot")
def vector_products(
    trace: Trace, output: Tensor, x: Tensor, y: Tensor, dim: int = -1, **_: Any
) -> None:
    """Write the product of pairs of vectors."""
    last = max(output.dim() - 1, 0)
    product(trace, output, (x, y), x.shape[dim], last, **_ALONG_AXES)


@traces("outer ger kron linalg_outer")
def outer(trace: Trace, output: Tensor, x: Tensor, y: Tensor, **_: Any) -> None:
    """Write products of every element of one tensor with every element of another."""
    trace.emit(Op.MUL, (x, y), output, details={"not_executable": "all elements are paired"})


@traces("linalg_matrix_power matrix_power")
def matrix_power(trace: Trace, output: Tensor, x: Tensor, n: int, **_: Any) -> None:
    """Write the products of a power by squaring, of the inverse where it is negative."""
    count = max(abs(n).bit_length() + abs(n).bit_count() - 2, 0)
    if n < 1:
        part = trace.blank(*x.shape) if count else output
        function = "linalg_inv" if n else "matrix_power"
        trace.emit(Op.OTHER, (x,), part, details={"function": function})
        x = part
    part = x
    for position in range(count):
        following = output if position == count - 1 else trace.blank(*x.shape)
        matmul(trace, following, part, x if position else part)
        part = following
    if not count:
        trace.same(output, x)
    elif count != abs(n) - 1:
        trace.builder.state(trace.node(output), not_executable="a power by squaring")


@traces("linalg_multi_dot chain_matmul")
def chain(trace: Trace, output: Tensor, *matrices: Any) -> None:
    """Write a product of several matrices, in the order that needs the least work."""
    factors = list(matrices[0]) if isinstance(matrices[0], list | tuple) else list(matrices)
    while len(factors) > 2:
        place = _first_pair(factors)
        left, right = factors[place : place + 2]
        part = trace.blank(*left.shape[:-1], *right.shape[1:])
        matmul(trace, part, left, right)
        factors[place : place + 2] = [part]
    matmul(trace, output, *factors)


def _first_pair(factors: Sequence[Tensor]) -> int:
    """Return the place of the pair to multiply first in the cheapest order."""
    rows = factors[0].shape[0] if factors[0].dim() > 1 else 1
    sizes = [rows, *(f.shape[-1] if f.dim() > 1 else f.numel() for f in factors)]
    costs = [_chain_cost([*sizes[: p + 1], *sizes[p + 2 :]]) for p in range(len(factors) - 1)]
    own = [prod(sizes[p : p + 3]) for p in range(len(factors) - 1)]
    totals = [cost + pair for cost, pair in zip(costs, own, strict=True)]
    return totals.index(min(totals))


def _chain_cost(sizes: Sequence[int]) -> int:
    """Return the least work for a chain of matrices of these sizes."""
    if len(sizes) < 3:
        return 0
    return min(
        prod(sizes[p : p + 3]) + _chain_cost([*sizes[: p + 1], *sizes[p + 2 :]])
        for p in range(len(sizes) - 2)
    )


@traces("grouped_mm grouped_mm_fallback")
def grouped_product(
    trace: Trace, output: Tensor, x: Tensor, weights: Tensor, *_: Any, **__: Any
) -> None:
    """Write products of rows with one of several matrices each, as mixtures of experts have."""
    product(
        trace,
        output,
        (x, weights),
        x.shape[-1],
        output.dim() - 1,
        **_ALONG_AXES,
    )


@traces("addbmm")
def addbmm(
    trace: Trace,
    output: Tensor,
    bias: Tensor,
    x: Tensor,
    y: Tensor,
    *,
    beta: float = 1,
    alpha: float = 1,
) -> None:
    """Write the sum of a bias and of all products of a batch of matrices."""
    total = trace.blank(*output.shape)
    contracted = x.shape[0] * x.shape[-1]
    product(trace, total, (x, y), contracted, output.dim() - 1, equation="bij,bjk->ik")
    weighted_sum(trace, output, total, bias, alpha=alpha, beta=beta)


@traces("bilinear")
def bilinear(
    trace: Trace, output: Tensor, x: Tensor, y: Tensor, weight: Tensor, bias: Tensor | None = None
) -> None:
    """Write a form of two vectors: for each result the sum over all pairs of their elements."""
    total = output if bias is None else trace.blank(*output.shape)
    length, last = x.shape[-1] * y.shape[-1], output.dim() - 1
    product(trace, total, (x, y, weight), length, last, **_ALONG_AXES)
    if bias is not None:
        add(trace, output, total, bias)


@traces("conv_tbc")
def time_first_convolution(
    trace: Trace, output: Tensor, x: Tensor, weight: Tensor, bias: Tensor, *_: Any
) -> None:
    """Write a convolution along the first dimension, the channels last."""
    length = weight.shape[0] * weight.shape[1]
    total = trace.blank(*output.shape)
    product(
        trace,
        total,
        (x, weight),
        length,
        output.dim() - 1,
        **_ALONG_AXES,
    )
    add(trace, output, total, bias)
