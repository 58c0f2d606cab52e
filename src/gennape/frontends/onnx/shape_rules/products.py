"""Shapes of matrix products, attention and recurrent layers."""

from gennape.frontends.onnx.document import PRIVATE, Dims
from gennape.frontends.onnx.shape_rules.registry import (
    Arguments,
    Results,
    ShapeContradiction,
    broadcast,
    infers,
    words,
)


def _product(left: Dims, right: Dims) -> Results:
    """Return the shape of a matrix product."""
    if not left or not right:
        raise ShapeContradiction("a number has no matrix product")
    if left[-1] != right[-2 if len(right) > 1 else 0]:
        raise ShapeContradiction(f"shapes {words([left, right])} do not fit one another")
    rows, columns = left[-2:-1], right[-1:] if len(right) > 1 else ()
    return [(*broadcast([left[:-2], right[:-2]]), *rows, *columns)]


@infers("MatMul MatMulInteger")
def matmul(call: Arguments) -> Results:
    """Return the shape of a matrix product."""
    return _product(call.dims(0), call.dims(1))


@infers("QLinearMatMul")
def quantised_matmul(call: Arguments) -> Results:
    """Return the shape of a product whose second factor is the fourth argument."""
    return _product(call.dims(0), call.dims(3))


@infers("Gemm")
def gemm(call: Arguments) -> Results:
    """Return the shape of a product of two matrices."""
    left, right = call.dims(0), call.dims(1)
    if len(left) != 2 or len(right) != 2:
        raise ShapeContradiction(f"shapes {words([left, right])} are no two matrices")
    left = left[::-1] if call.attribute("transA", 0) else left
    right = right[::-1] if call.attribute("transB", 0) else right
    return _product(left, right)


@infers("SwapLastAxes", domain=PRIVATE)
def swap_last_axes(call: Arguments) -> Results:
    """Return the shape with the last two axes swapped."""
    dims = call.dims(0)
    return [(*dims[:-2], *dims[-2:][::-1])]


@infers("Einsum")
def einsum(call: Arguments) -> Results:
    """Return the axes that the equation names after its arrow."""
    equation = str(call.attribute("equation", "")).replace(" ", "")
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    shapes = call.all_dims()
    if len(terms) != len(shapes):
        raise ShapeContradiction(f"{equation[:60]!r} is for {len(terms)} arguments")
    sizes: dict[str, int] = {}
    others: list[Dims] = []
    for term, dims in zip(terms, shapes, strict=True):
        before, dots, after = term.partition("...")
        if len(before) + len(after) > len(dims) or (
            not dots and len(before) + len(after) != len(dims)
        ):
            raise ShapeContradiction(f"{term[:60]!r} does not fit {words([dims])}")
        tail = len(dims) - len(after)
        others.append(dims[len(before) : tail])
        for letter, size in zip(before + after, (*dims[: len(before)], *dims[tail:]), strict=True):
            if sizes.setdefault(letter, size) != size and 1 not in (sizes[letter], size):
                raise ShapeContradiction(f"{letter!r} of {equation[:60]!r} has several sizes")
            sizes[letter] = max(sizes[letter], size)
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        once = sorted(letter for letter in sizes if letters.count(letter) == 1)
        right = ("..." if "..." in left else "") + "".join(once)
    before, dots, after = right.partition("...")
    if not set(before + after) <= sizes.keys():
        raise ShapeContradiction(f"{equation[:60]!r} names a result of unknown size")
    middle = broadcast(others) if dots else ()
    return [(*(sizes[x] for x in before), *middle, *(sizes[x] for x in after))]


@infers("Attention")
def attention(call: Arguments) -> Results:
    """Return the shape of the values that queries find, and of the keys and values so far."""
    query, key, value = call.dims(0), call.dims(1), call.dims(2)
    queries, keys, values = query[:3], key, value
    result: Dims = (*query[:3], *value[3:])
    if len(query) == 3:
        heads, own = call.number("q_num_heads", 0), call.number("kv_num_heads", 0)
        if heads < 1 or own < 1:
            raise ShapeContradiction("the numbers of its heads are missing")
        queries, width = (query[0], heads, query[1]), value[2] // own
        keys = (key[0], own, key[1], key[2] // own)
        values = (value[0], own, value[1], width)
        result = (query[0], query[1], heads * width)
    past = call.dims(4)[2] if call.has(4) else 0
    total = keys[2] + past
    present = [(*dims[:2], total, *dims[3:]) for dims in (keys, values)]
    return [result, *present, (*queries, total)]


@infers("FlexAttention", domain="ai.onnx.preview")
def attention_of_heads(call: Arguments) -> Results:
    """Return the values that queries find; all arguments have their heads apart."""
    return [(*call.dims(0)[:-1], *call.dims(2)[-1:])]


@infers("LinearAttention")
def linear_attention(call: Arguments) -> Results:
    """Return the values that queries find, and the state of each head of keys and values."""
    query, key, value = call.dims(0), call.dims(1), call.dims(2)
    heads, own = call.number("q_num_heads"), call.number("kv_num_heads")
    if min(heads, own) < 1 or not len(query) == len(key) == len(value) == 3:
        raise ShapeContradiction(f"{words([query, key, value])} are not of {heads} and {own} heads")
    width = value[2] // own
    return [(*query[:2], heads * width), (query[0], own, key[2] // own, width)]


@infers("LSTM GRU RNN")
def recurrent(call: Arguments) -> Results:
    """Return the states of all steps, and the last ones."""
    values, weights = call.dims(0), call.dims(2)
    if not len(values) == len(weights) == 3:
        raise ShapeContradiction(f"{words([values, weights])} are no steps and weights of them")
    first, second, _ = values
    directions, _, units = weights
    if call.attribute("layout", 0):
        last = (first, directions, units)
        return [(first, second, directions, units), last, last]
    last = (directions, second, units)
    return [(first, directions, second, units), last, last]


@infers("Det")
def determinant(call: Arguments) -> Results:
    """Return one number a matrix."""
    return [call.dims(0)[:-2]]
