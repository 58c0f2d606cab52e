"""Activations and other functions of single elements."""

from collections.abc import Mapping
from math import prod
from typing import Any

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


_NAMES = {"Not": "logical_not", "Floor": "floor", "Ceil": "ceil", "Round": "round"}
_SETTINGS: Mapping[str, Mapping[str, tuple[str, Any, Any]]] = {
    "Elu": {"alpha": ("alpha", 1.0, 1.0)},
    "Selu": {
        "alpha": ("alpha", 1.6732632423543772, 1.6732632423543772),
        "gamma": ("gamma", 1.0507009873554805, 1.0507009873554805),
    },
    "HardSigmoid": {"alpha": ("slope", 0.2, 1 / 6), "beta": ("offset", 0.5, 0.5)},
}
"""Attributes: the name in a graph, ONNX's default, and that of a graph."""


@converts(*_UNARY)
def unary(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a function of one tensor without settings that matter."""
    details: dict[str, object] = {}
    if node.attributes.get("alpha", 1.0) != 1.0 and node.op == "Swish":
        details["not_executable"] = "a SiLU with another slope"
    if node.attributes.get("approximate", "none") != "none":
        details["approximate"] = node.attributes["approximate"]
    if node.op in _NAMES:
        details["function"] = _NAMES[node.op]
    for attribute, (name, onnx_default, default) in _SETTINGS.get(node.op, {}).items():
        value = node.attributes.get(attribute, onnx_default)
        if abs(value - default) > 1e-6:
            details[name] = value
    converter.emit(_UNARY[node.op], node.inputs[:1], node.outputs[0], details=details)


@converts("Softmax", "LogSoftmax")
def softmax(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a softmax or its logarithm; before operator set 13 it goes over all axes behind."""
    dims = converter.dims(node.inputs[0])
    is_flat = converter.static.opset < 13
    axis = node.attributes.get("axis", 1 if is_flat else -1) % max(len(dims), 1)
    details: dict[str, object] = {} if axis == 1 else {"axis": axis}
    if is_flat and prod(dims[axis + 1 :]) > 1:
        details["not_executable"] = "it goes over several axes at once"
    op = Op.SOFTMAX if node.op == "Softmax" else Op.LOG_SOFTMAX
    mixes = range(axis, len(dims)) if is_flat else (axis,)
    converter.emit(op, node.inputs[:1], node.outputs[0], details=details, mixes=mixes)


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
    """Write limits; those of ReLU and ReLU6 have names of their own; tensors are compared with."""
    low, high = _limit(converter, node, "min", 1), _limit(converter, node, "max", 2)
    computed = [
        (op, name)
        for op, name in zip((Op.MAXIMUM, Op.MINIMUM), node.inputs[1:3], strict=False)
        if name and converter.scalar(name) is None
    ]
    x, output = node.inputs[0], node.outputs[0]
    limits = {name: limit for name, limit in {"min": low, "max": high}.items() if limit is not None}
    for position, (op, name) in enumerate(computed, start=1):
        is_last = position == len(computed) and not limits
        result = output if is_last else f"{output}/{position}"
        converter.emit(op, (x, name), result, output_dims=converter.dims(output))
        x = result
    if limits or not computed:
        op = _LIMITED.get((low, high), Op.CLIP)
        details: Mapping[str, object] = limits or {"min": float("-inf")}
        converter.emit(op, (x,), output, details=details if op is Op.CLIP else {})


def _limit(converter: OnnxConverter, node: OnnxNode, attribute: str, position: int) -> float | None:
    """Return a limit as attribute (before operator set 11) or input; None if there is none."""
    limit = node.attributes.get(attribute)
    if limit is None and len(node.inputs) > position:
        limit = converter.scalar(node.inputs[position])
    return None if limit is None or abs(limit) > 1e30 else float(limit)
