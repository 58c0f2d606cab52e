"""Convolutions, linear layers and embeddings: operators with a learned weight."""

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.operators.windows import window_attributes
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS


@writes("Conv", "ConvTranspose")
def conv(reader: Reader, node: OnnxNode) -> None:
    """A convolution or transposed convolution; arguments x, weight, bias."""
    op = Op.CONV if node.op == "Conv" else Op.CONV_TRANSPOSE
    _write_conv(reader, node, op, node.inputs[1:3])


@writes("ConvInteger")
def quantised_conv(reader: Reader, node: OnnxNode) -> None:
    """An integer convolution; arguments x, weight, zero points."""
    _write_conv(reader, node, Op.CONV, node.inputs[1:2])


@writes("QLinearConv")
def requantised_conv(reader: Reader, node: OnnxNode) -> None:
    """A convolution between quantised tensors; the weight is fourth, the bias ninth."""
    _write_conv(reader, node, Op.CONV, (node.inputs[3], *node.inputs[8:9]))


def _write_conv(reader: Reader, node: OnnxNode, op: Op, weights: tuple[str, ...]) -> None:
    kernel = reader.dims(weights[0])[2:]
    groups = node.attributes.get("group", 1)
    bias = len(weights) > 1 and bool(weights[1])
    attributes = window_attributes(reader, node, kernel, groups, bias)
    reader.emit(
        op,
        node.inputs[:1],
        node.outputs[0],
        axis=1,
        read_axis=1,
        attributes=attributes,
        weights=weights,
    )


@writes("Gemm")
def gemm(reader: Reader, node: OnnxNode) -> None:
    """`A @ B + C`: a linear layer where B is a weight, else a matrix product."""
    x, weight, *rest = node.inputs
    bias = rest[0] if rest else ""
    if reader.is_dynamic(weight) or not reader.is_dynamic(x):
        length = reader.dims(x)[0 if node.attributes.get("transA", 0) else 1]
        write_product(reader, (x, weight), node.outputs[0], length)
        if bias:
            reader.emit(Op.ADD, (node.outputs[0], bias), node.outputs[0])
        return
    attributes = WITH_BIAS if bias else NO_ATTRIBUTES
    weights = (weight, bias) if bias else (weight,)
    read_axis = 0 if node.attributes.get("transA", 0) else 1
    reader.emit(
        Op.LINEAR,
        (x,),
        node.outputs[0],
        axis=1,
        read_axis=read_axis,
        attributes=attributes,
        weights=weights,
    )


@writes("MatMul", "MatMulInteger")
def matmul(reader: Reader, node: OnnxNode) -> None:
    """A matrix product; a linear layer where the second matrix is a weight."""
    _write_matmul(reader, node.inputs[0], node.inputs[1], node.outputs[0])


@writes("QLinearMatMul")
def quantised_matmul(reader: Reader, node: OnnxNode) -> None:
    """A matrix product of quantised tensors; the second one is the fourth argument."""
    _write_matmul(reader, node.inputs[0], node.inputs[3], node.outputs[0])


def _write_matmul(reader: Reader, left: str, right: str, output: str) -> None:
    if reader.is_dynamic(right) or len(reader.dims(right)) != 2:
        write_product(reader, (left, right), output, reader.dims(left)[-1])
        return
    last = len(reader.dims(output)) - 1
    reader.emit(
        Op.LINEAR,
        (left,),
        output,
        axis=last,
        read_axis=len(reader.dims(left)) - 1,
        weights=(right,),
    )


def write_product(reader: Reader, inputs: tuple[str, str], output: str, length: int) -> None:
    """A matrix product over `length` terms each; its rows keep their place."""
    left, right = inputs
    last = max(len(reader.dims(output)) - 1, 0)
    axis = reader.axis(left)
    keeps = reader.is_dynamic(left) and len(reader.dims(left)) == last + 1 and axis < last
    if not keeps or len(reader.dims(right)) < 2:
        axis = last
    attributes = (length, *NO_ATTRIBUTES[1:])
    reader.emit(Op.MATMUL, inputs, output, axis=axis, attributes=attributes)
