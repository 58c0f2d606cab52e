"""Convolutions, linear layers and embeddings: operators with a learned weight."""

from collections.abc import Mapping

from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.operators.windows import depth_details, window_attributes
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS


@converts("Conv", "ConvTranspose")
def conv(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a convolution or transposed convolution; arguments x, weight, bias."""
    op = Op.CONV if node.op == "Conv" else Op.CONV_TRANSPOSE
    _write_conv(converter, node, op, node.inputs[1:3])


@converts("ConvInteger")
def quantised_conv(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write an integer convolution; arguments x, weight, zero points."""
    _write_conv(converter, node, Op.CONV, node.inputs[1:2])


@converts("QLinearConv")
def requantised_conv(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a convolution between quantised tensors; the weight is fourth, the bias ninth."""
    _write_conv(converter, node, Op.CONV, (node.inputs[3], *node.inputs[8:9]))


@converts("DeformConv")
def deformable_conv(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a convolution at computed places; arguments x, weight, offsets, bias, mask."""
    x, weight, offsets, *rest = node.inputs
    bias = rest[0] if rest else ""
    kernel = converter.dims(weight)[2:]
    groups = node.attributes.get("group", 1)
    converter.emit(
        Op.CONV,
        (x, offsets, *rest[1:]),
        node.outputs[0],
        axis=1,
        read_axis=1,
        attributes=window_attributes(converter, node, kernel, groups, bool(bias)),
        weights=(weight, bias) if bias else (weight,),
        details={"not_executable": "its places are computed"},
    )


def _write_conv(converter: OnnxConverter, node: OnnxNode, op: Op, weights: tuple[str, ...]) -> None:
    kernel = converter.dims(weights[0])[2:]
    groups = node.attributes.get("group", 1)
    bias = len(weights) > 1 and bool(weights[1])
    attributes = window_attributes(converter, node, kernel, groups, bias)
    details = depth_details(converter, node, kernel)
    if node.op not in ("Conv", "ConvTranspose"):
        details["not_executable"] = _INTEGERS
    converter.emit(
        op,
        node.inputs[:1],
        node.outputs[0],
        axis=1,
        read_axis=1,
        attributes=attributes,
        weights=weights,
        details=details,
    )


_INTEGERS = "it multiplies integers"


@converts("Gemm")
def gemm(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write `A @ B + C`: a linear layer where B is a weight, else a matrix product."""
    x, weight, *rest = node.inputs
    bias = rest[0] if rest else ""
    turned = bool(node.attributes.get("transB", 0))
    if converter.is_dynamic(weight) or not converter.is_dynamic(x):
        length = converter.dims(x)[0 if node.attributes.get("transA", 0) else 1]
        details = _gemm_details(node) | ({"transposed": True} if turned else {})
        write_product(converter, (x, weight), node.outputs[0], length, details)
        if bias:
            converter.emit(Op.ADD, (node.outputs[0], bias), node.outputs[0])
        return
    attributes = WITH_BIAS if bias else NO_ATTRIBUTES
    weights = (weight, bias) if bias else (weight,)
    read_axis = 0 if node.attributes.get("transA", 0) else 1
    converter.emit(
        Op.LINEAR,
        (x,),
        node.outputs[0],
        axis=1,
        read_axis=read_axis,
        attributes=attributes,
        weights=weights,
        details=_gemm_details(node) | ({} if turned else {"transposed": True}),
    )


def _gemm_details(node: OnnxNode) -> dict[str, object]:
    """State that factors or a turned first matrix are not kept."""
    factors = (node.attributes.get("alpha", 1.0), node.attributes.get("beta", 1.0))
    if factors == (1.0, 1.0) and not node.attributes.get("transA", 0):
        return {}
    return {"not_executable": "a matrix product with factors or a turned first matrix"}


@converts("MatMul", "MatMulInteger")
def matmul(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a matrix product; a linear layer where the second matrix is a weight."""
    details = {} if node.op == "MatMul" else {"not_executable": _INTEGERS}
    _write_matmul(converter, node.inputs[0], node.inputs[1], node.outputs[0], details)


@converts("QLinearMatMul")
def quantised_matmul(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a matrix product of quantised tensors; the second one is the fourth argument."""
    details = {"not_executable": _INTEGERS}
    _write_matmul(converter, node.inputs[0], node.inputs[3], node.outputs[0], details)


def _write_matmul(
    converter: OnnxConverter, left: str, right: str, output: str, details: Mapping[str, object]
) -> None:
    if converter.is_dynamic(right) or len(converter.dims(right)) != 2:
        length = converter.dims(left)[-1]
        write_product(converter, (left, right), output, length, details)
        return
    last = len(converter.dims(output)) - 1
    converter.emit(
        Op.LINEAR,
        (left,),
        output,
        axis=last,
        read_axis=len(converter.dims(left)) - 1,
        weights=(right,),
        details={"transposed": True, **details},
    )


def write_product(
    converter: OnnxConverter,
    inputs: tuple[str, str],
    output: str,
    length: int,
    details: Mapping[str, object],
) -> None:
    """Write a matrix product over `length` terms each; its rows keep their place."""
    left, right = inputs
    last = max(len(converter.dims(output)) - 1, 0)
    axis = converter.axis(left)
    keeps = converter.is_dynamic(left) and len(converter.dims(left)) == last + 1 and axis < last
    if not keeps or len(converter.dims(right)) < 2:
        axis = last
    attributes = (length, *NO_ATTRIBUTES[1:])
    converter.emit(Op.MATMUL, inputs, output, axis=axis, attributes=attributes, details=details)
