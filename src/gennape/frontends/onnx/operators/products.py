"""Einsum and attention: operators that stand for matrix products."""

from math import prod

from gennape.frontends.onnx.converter import OnnxConverter, convert_other, converts
from gennape.frontends.onnx.document import OnnxNode
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES


@converts("Einsum")
def einsum(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a product of two tensors by the letters of their axes."""
    equation = node.attributes["equation"].replace(" ", "")
    terms, _, result = equation.partition("->")
    letters = terms.split(",")
    if len(letters) != 2 or "." in equation or "->" not in equation:
        convert_other(converter, node)
        return
    sizes = {
        letter: size
        for term, name in zip(letters, node.inputs, strict=True)
        for letter, size in zip(term, converter.dims(name), strict=True)
    }
    length = prod(size for letter, size in sizes.items() if letter not in result)
    last = max(len(converter.dims(node.outputs[0])) - 1, 0)
    attributes = (length, *NO_ATTRIBUTES[1:])
    converter.emit(
        Op.MATMUL,
        node.inputs,
        node.outputs[0],
        axis=last,
        attributes=attributes,
        details={"equation": equation},
    )


@converts("Attention")
def attention(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write scaled dot-product attention as its parts; arguments query, key, value, mask."""
    query, key, value = node.inputs[:3]
    mask = node.inputs[3] if len(node.inputs) > 3 else ""
    output = node.outputs[0]
    batch, heads, queries, width = _split_heads(converter, node, query, "q_num_heads")
    keys = _split_heads(converter, node, key, "kv_num_heads")[2]
    scores, weights = f"{output}/scores", f"{output}/weights"
    score_dims = (batch, heads, queries, keys)
    converter.emit(
        Op.MATMUL,
        (query, key),
        scores,
        axis=3,
        attributes=(width, *NO_ATTRIBUTES[1:]),
        output_dims=score_dims,
        details={"not_executable": "the heads of attention are not taken apart"},
    )
    if mask:
        converter.emit(Op.ADD, (scores, mask), scores, axis=3, output_dims=score_dims)
    converter.emit(Op.SOFTMAX, (scores,), weights, axis=3, output_dims=score_dims)
    last = len(converter.dims(output)) - 1
    converter.emit(
        Op.MATMUL, (weights, value), output, axis=last, attributes=(keys, *NO_ATTRIBUTES[1:])
    )


def _split_heads(
    converter: OnnxConverter, node: OnnxNode, name: str, attribute: str
) -> tuple[int, int, int, int]:
    """Return batch, heads, tokens and width of one head."""
    dims = converter.dims(name)
    if len(dims) == 4:
        return (dims[0], dims[1], dims[2], dims[3])
    heads = node.attributes[attribute]
    return (dims[0], heads, dims[1], dims[2] // heads)
