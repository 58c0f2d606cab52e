"""Arithmetic between tensors, and between tensors and numbers."""

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op

_BINARY = {"Add": Op.ADD, "Sub": Op.SUB, "Mul": Op.MUL, "Div": Op.DIV}
_VARIADIC = {"Sum": Op.ADD, "Mean": Op.ADD, "Max": Op.MAXIMUM, "Min": Op.MINIMUM}
_COMPARISONS = (
    "Equal",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "And",
    "Or",
    "Xor",
    "Sign",
)


@writes(*_BINARY)
def binary(reader: Reader, node: OnnxNode) -> None:
    """Sum, difference, product or quotient."""
    left, right = node.inputs
    if reader.is_scalar(right):
        _write_with_number(reader, node, left, reader.scalar(right), number_first=False)
    elif reader.is_scalar(left):
        _write_with_number(reader, node, right, reader.scalar(left), number_first=True)
    else:
        reader.emit(_BINARY[node.op], node.inputs, node.outputs[0])


def _write_with_number(
    reader: Reader, node: OnnxNode, x: str, number: float | None, number_first: bool
) -> None:
    """`x + a` and the like are one scale and shift; `a / x` is a power."""
    output = node.outputs[0]
    if node.op == "Div" and number_first:
        reader.emit(Op.POWER, (x,), output, details={"exponent": -1.0})
    elif number is None:
        reader.emit(Op.SCALE, (x,), output)
    elif node.op == "Mul" and number == 0:
        reader.emit(Op.ZERO, (x,), output)
    else:
        scale, shift = {
            "Add": (1.0, number),
            "Sub": (-1.0, number) if number_first else (1.0, -number),
            "Mul": (number, 0.0),
            "Div": (1.0 / number if number else 1.0, 0.0),
        }[node.op]
        reader.emit(Op.SCALE, (x,), output, details={"scale": scale, "shift": shift})


@writes("Neg")
def negative(reader: Reader, node: OnnxNode) -> None:
    """`-x`."""
    reader.emit(Op.SCALE, node.inputs, node.outputs[0], details={"scale": -1.0, "shift": 0.0})


@writes("Pow")
def power(reader: Reader, node: OnnxNode) -> None:
    """`x ** a`."""
    exponent = reader.scalar(node.inputs[1])
    if exponent is None:
        reader.emit(Op.POWER, node.inputs, node.outputs[0])
    else:
        reader.emit(Op.POWER, node.inputs[:1], node.outputs[0], details={"exponent": exponent})


@writes("Sqrt")
def square_root(reader: Reader, node: OnnxNode) -> None:
    """`x ** 0.5`."""
    reader.emit(Op.POWER, node.inputs, node.outputs[0], details={"exponent": 0.5})


@writes("Reciprocal")
def reciprocal(reader: Reader, node: OnnxNode) -> None:
    """`1 / x`."""
    reader.emit(Op.POWER, node.inputs, node.outputs[0], details={"exponent": -1.0})


@writes(*_VARIADIC)
def variadic(reader: Reader, node: OnnxNode) -> None:
    """A sum, mean, maximum or minimum of any number of tensors."""
    tensors = [name for name in node.inputs if not reader.is_scalar(name)]
    numbers = [reader.scalar(name) for name in node.inputs if reader.is_scalar(name)]
    if node.op == "Max" and len(tensors) == 1 and numbers == [0.0]:
        reader.emit(Op.RELU, tensors, node.outputs[0])
    elif node.op in ("Max", "Min") and len(tensors) == 1:
        reader.emit(Op.CLIP, tensors, node.outputs[0])
    else:
        reader.emit(_VARIADIC[node.op], tensors, node.outputs[0])


@writes(*_COMPARISONS)
def comparison(reader: Reader, node: OnnxNode) -> None:
    """A truth value or a sign for each element."""
    tensors = [name for name in node.inputs if not reader.is_scalar(name)]
    reader.emit(Op.COMPARE, tensors, node.outputs[0])


@writes("Where")
def where(reader: Reader, node: OnnxNode) -> None:
    """Elements of one tensor or of another."""
    tensors = [name for name in node.inputs if not reader.is_scalar(name)]
    reader.emit(Op.WHERE, tensors, node.outputs[0])
