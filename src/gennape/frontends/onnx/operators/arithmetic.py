"""Arithmetic between tensors, and between tensors and numbers."""

from collections.abc import Mapping

from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import OnnxNode
from gennape.graph import Op

_BINARY = {"Add": Op.ADD, "Sub": Op.SUB, "Mul": Op.MUL, "Div": Op.DIV}
_VARIADIC = {"Sum": Op.ADD, "Mean": Op.ADD, "Max": Op.MAXIMUM, "Min": Op.MINIMUM}
_COMPARISONS = {
    "Equal": "eq",
    "Greater": "gt",
    "GreaterOrEqual": "ge",
    "Less": "lt",
    "LessOrEqual": "le",
    "And": "logical_and",
    "Or": "logical_or",
    "Xor": "logical_xor",
    "Sign": "sign",
}
_NUMBERS_LOST: Mapping[str, object] = {"not_executable": "numbers among its arguments are lost"}


@converts(*_BINARY)
def binary(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write sum, difference, product or quotient."""
    left, right = node.inputs
    if _is_bias(converter, node):
        converter.emit(Op.ADD, node.inputs, node.outputs[0])
    elif converter.is_scalar(right):
        _write_with_number(converter, node, left, converter.scalar(right), number_first=False)
    elif converter.is_scalar(left):
        _write_with_number(converter, node, right, converter.scalar(left), number_first=True)
    else:
        converter.emit(_BINARY[node.op], node.inputs, node.outputs[0])


def _is_bias(converter: OnnxConverter, node: OnnxNode) -> bool:
    """Tell whether a sum has the learned bias of a single channel: a vector of one element."""
    return node.op == "Add" and any(
        converter.static.is_learned(bias)
        and converter.dims(bias) == (1,)
        and converter.dims(x)[-1:] == (1,)
        for x, bias in (node.inputs, node.inputs[::-1])
    )


def _write_with_number(
    converter: OnnxConverter, node: OnnxNode, x: str, number: float | None, number_first: bool
) -> None:
    """Write `x + a` and the like as one scale and shift, `a / x` as a power."""
    output = node.outputs[0]
    if node.op == "Div" and number_first:
        converter.emit(Op.POWER, (x,), output, details={"exponent": -1.0})
    elif number is None:
        unknown = {"not_executable": "a number is not stored as one"}
        converter.emit(Op.SCALE, (x,), output, details=unknown)
    elif node.op == "Mul" and number == 0:
        converter.emit(Op.ZERO, (x,), output)
    else:
        scale, shift = {
            "Add": (1.0, number),
            "Sub": (-1.0, number) if number_first else (1.0, -number),
            "Mul": (number, 0.0),
            "Div": (1.0 / number if number else 1.0, 0.0),
        }[node.op]
        converter.emit(Op.SCALE, (x,), output, details={"scale": scale, "shift": shift})


@converts("Neg")
def negative(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write `-x`."""
    converter.emit(Op.SCALE, node.inputs, node.outputs[0], details={"scale": -1.0, "shift": 0.0})


@converts("Pow")
def power(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write `x ** a`."""
    exponent = converter.scalar(node.inputs[1])
    base = converter.scalar(node.inputs[0]) if converter.is_scalar(node.inputs[0]) else None
    if exponent is None:
        details = {} if base is None else {"base": base}
        names = node.inputs if base is None else node.inputs[1:]
        converter.emit(Op.POWER, names, node.outputs[0], details=details)
    else:
        converter.emit(Op.POWER, node.inputs[:1], node.outputs[0], details={"exponent": exponent})


@converts("Sqrt")
def square_root(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write `x ** 0.5`."""
    converter.emit(Op.POWER, node.inputs, node.outputs[0], details={"exponent": 0.5})


@converts("Reciprocal")
def reciprocal(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write `1 / x`."""
    converter.emit(Op.POWER, node.inputs, node.outputs[0], details={"exponent": -1.0})


@converts(*_VARIADIC)
def variadic(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a sum, mean, maximum or minimum of any number of tensors."""
    tensors = [name for name in node.inputs if not converter.is_scalar(name)]
    numbers = [converter.scalar(name) for name in node.inputs if converter.is_scalar(name)]
    if node.op == "Max" and len(tensors) == 1 and numbers == [0.0]:
        converter.emit(Op.RELU, tensors, node.outputs[0])
    elif node.op in ("Max", "Min") and len(tensors) == 1:
        limit = numbers[0] if len(numbers) == 1 else None
        name = "min" if node.op == "Max" else "max"
        details = _NUMBERS_LOST if limit is None else {name: limit}
        converter.emit(Op.CLIP, tensors, node.outputs[0], details=details)
    else:
        is_mean = node.op == "Mean" and len(node.inputs) > 1
        details = _NUMBERS_LOST if numbers or is_mean else {}
        converter.emit(_VARIADIC[node.op], tensors, node.outputs[0], details=details)


@converts(*_COMPARISONS)
def comparison(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a truth value or a sign for each element."""
    tensors = [name for name in node.inputs if not converter.is_scalar(name)]
    details: dict[str, object] = {"function": _COMPARISONS[node.op]}
    if len(tensors) < len(node.inputs):
        number_first = converter.is_scalar(node.inputs[0])
        number = converter.scalar(node.inputs[0 if number_first else 1])
        if number is None or len(tensors) != 1:
            details |= _NUMBERS_LOST
        else:
            details |= {"number": number} | ({"number_first": True} if number_first else {})
    converter.emit(Op.COMPARE, tensors, node.outputs[0], details=details)


@converts("Where")
def where(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write elements of one tensor or of another."""
    tensors = [name for name in node.inputs if not converter.is_scalar(name)]
    choices = zip(("positive", "negative"), node.inputs[1:], strict=True)
    numbers = {name: converter.scalar(x) for name, x in choices if converter.is_scalar(x)}
    details: Mapping[str, object] = numbers
    if None in numbers.values() or converter.is_scalar(node.inputs[0]):
        details = _NUMBERS_LOST
    converter.emit(Op.WHERE, tensors, node.outputs[0], details=details)
