"""Activations and other functions of single elements."""

from collections.abc import Mapping

from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import OnnxNode
from gennape.graph import Op

_UNARY = {
    "Relu": Op.RELU,
    "Elu": Op.ELU,
    "Selu": Op.SELU,
    "Gelu": Op.GELU,
    "Swish": Op.SILU,
    "Mish": Op.MISH,
    "Softplus": Op.SOFTPLUS,
    "HardSwish": Op.HARDSWISH,
    "HardSigmoid": Op.HARDSIGMOID,
    "Sigmoid": Op.SIGMOID,
    "Tanh": Op.TANH,
    "Erf": Op.ERF,
    "Exp": Op.EXP,
    "Log": Op.LOG,
    "Abs": Op.ABS,
    "Sin": Op.SINE,
    "Cos": Op.COSINE,
    "Not": Op.COMPARE,
    "Floor": Op.ROUND,
    "Ceil": Op.ROUND,
    "Round": Op.ROUND,
}


@converts(*_UNARY)
def unary(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a function of one tensor without settings that matter."""
    converter.emit(_UNARY[node.op], node.inputs[:1], node.outputs[0])


@converts("Softmax", "LogSoftmax")
def softmax(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a softmax or its logarithm; before operator set 13 it starts at axis 1."""
    op = Op.SOFTMAX if node.op == "Softmax" else Op.LOG_SOFTMAX
    rank = max(len(converter.dims(node.inputs[0])), 1)
    axis = node.attributes.get("axis", -1) % rank
    converter.emit(op, node.inputs[:1], node.outputs[0], mixes=(axis,))


@converts("LeakyRelu")
def leaky_relu(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write `x` where positive, else a small multiple of it."""
    slope = float(node.attributes.get("alpha", 0.01))
    converter.emit(Op.LEAKY_RELU, node.inputs, node.outputs[0], details={"slope": slope})


@converts("PRelu")
def prelu(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a leaky ReLU with learned slopes."""
    converter.emit(Op.PRELU, node.inputs[:1], node.outputs[0], weights=node.inputs[1:])


_LIMITED: Mapping[tuple[float | None, float | None], Op] = {
    (0.0, 6.0): Op.RELU6,
    (0.0, None): Op.RELU,
}


@converts("Clip")
def clip(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write limits; those of ReLU and ReLU6 have names of their own."""
    low, high = _limit(converter, node, "min", 1), _limit(converter, node, "max", 2)
    op = _LIMITED.get((low, high), Op.CLIP)
    converter.emit(op, node.inputs[:1], node.outputs[0])


def _limit(converter: OnnxConverter, node: OnnxNode, attribute: str, position: int) -> float | None:
    """Return a limit as attribute (before operator set 11) or input; None if there is none."""
    limit = node.attributes.get(attribute)
    if limit is None and len(node.inputs) > position:
        limit = converter.scalar(node.inputs[position])
    return None if limit is None or abs(limit) > 1e30 else float(limit)
