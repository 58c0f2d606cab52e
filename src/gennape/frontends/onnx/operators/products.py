"""Einsum and attention: operators that stand for matrix products."""

from math import prod

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader, write_other, writes
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES


@writes("Einsum")
def einsum(reader: Reader, node: OnnxNode) -> None:
    """A product of two tensors by the letters of their axes."""
    equation = node.attributes["equation"].replace(" ", "")
    terms, _, result = equation.partition("->")
    letters = terms.split(",")
    if len(letters) != 2 or "." in equation or "->" not in equation:
        write_other(reader, node)
        return
    sizes = {
        letter: size
        for term, name in zip(letters, node.inputs, strict=True)
        for letter, size in zip(term, reader.dims(name), strict=True)
    }
    length = prod(size for letter, size in sizes.items() if letter not in result)
    last = max(len(reader.dims(node.outputs[0])) - 1, 0)
    attributes = (length, *NO_ATTRIBUTES[1:])
    reader.emit(Op.MATMUL, node.inputs, node.outputs[0], axis=last, attributes=attributes)


@writes("Attention")
def attention(reader: Reader, node: OnnxNode) -> None:
    """Scaled dot-product attention as its parts; arguments query, key, value, mask."""
    query, key, value = node.inputs[:3]
    mask = node.inputs[3] if len(node.inputs) > 3 else ""
    output = node.outputs[0]
    batch, heads, queries, width = _split_heads(reader, node, query, "q_num_heads")
    keys = _split_heads(reader, node, key, "kv_num_heads")[2]
    scores, weights = f"{output}/scores", f"{output}/weights"
    score_dims = (batch, heads, queries, keys)
    reader.emit(
        Op.MATMUL,
        (query, key),
        scores,
        axis=3,
        attributes=(width, *NO_ATTRIBUTES[1:]),
        output_dims=score_dims,
    )
    if mask:
        reader.emit(Op.ADD, (scores, mask), scores, axis=3, output_dims=score_dims)
    reader.emit(Op.SOFTMAX, (scores,), weights, axis=3, output_dims=score_dims)
    last = len(reader.dims(output)) - 1
    reader.emit(
        Op.MATMUL, (weights, value), output, axis=last, attributes=(keys, *NO_ATTRIBUTES[1:])
    )


def _split_heads(
    reader: Reader, node: OnnxNode, name: str, attribute: str
) -> tuple[int, int, int, int]:
    """Batch, heads, tokens and width of one head."""
    dims = reader.dims(name)
    if len(dims) == 4:
        return (dims[0], dims[1], dims[2], dims[3])
    heads = node.attributes[attribute]
    return (dims[0], heads, dims[1], dims[2] // heads)
