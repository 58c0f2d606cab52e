"""Names of nodes in a picture."""

from gennape.graph.node import Node, Pair
from gennape.graph.operations import (
    ACTIVATIONS,
    LAYOUT,
    NORMALISATIONS,
    POOLINGS,
    SOURCES,
    WEIGHTED,
    Op,
)

JOINS = frozenset(
    {Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MAXIMUM, Op.MINIMUM, Op.CONCAT, Op.WHERE, Op.MATMUL}
)

CONSTANTS = SOURCES - {Op.INPUT}
"""Tensors that do not depend on the network's input."""

CATEGORY_COLOURS = {
    "convolution": "#a9cdf2",
    "depthwise convolution": "#a5e0dc",
    "linear": "#cdbcf0",
    "normalisation": "#e3e4e8",
    "activation": "#fbdca6",
    "pooling": "#bfe3b4",
    "join": "#f8c4cf",
    "ends and parameters": "#c9ced8",
    "other operation": "#f1f1ee",
    "outside the vocabulary": "#ff8f80",
}
"""Fill colour of each category, in the order of the legend."""

_SHORT_NAMES = {
    Op.BATCH_NORM: "BN",
    Op.LAYER_NORM: "LN",
    Op.GROUP_NORM: "GN",
    Op.INSTANCE_NORM: "IN",
    Op.RMS_NORM: "RMS norm",
    Op.LOCAL_RESPONSE_NORM: "LRN",
    Op.RELU: "ReLU",
    Op.RELU6: "ReLU6",
    Op.LEAKY_RELU: "leaky ReLU",
    Op.PRELU: "PReLU",
    Op.ELU: "ELU",
    Op.SELU: "SELU",
    Op.GELU: "GELU",
    Op.SILU: "SiLU",
    Op.HARDSWISH: "h-swish",
    Op.HARDSIGMOID: "h-sigmoid",
    Op.ADD: "+",
    Op.SUB: "−",
    Op.MUL: "×",
    Op.DIV: "÷",
    Op.GLOBAL_AVG_POOL: "global avg pool",
    Op.GLOBAL_MAX_POOL: "global max pool",
}


def category(node: Node) -> str:
    """The category that colours a node."""
    if node.op is Op.OTHER:
        return "outside the vocabulary"
    if node.op in (Op.CONV, Op.CONV_TRANSPOSE):
        return "depthwise convolution" if _is_depthwise(node) else "convolution"
    for operations, name in (
        ({Op.LINEAR, Op.MATMUL, Op.EMBEDDING}, "linear"),
        (NORMALISATIONS, "normalisation"),
        (ACTIVATIONS, "activation"),
        (POOLINGS, "pooling"),
        (JOINS, "join"),
        (SOURCES | {Op.OUTPUT}, "ends and parameters"),
    ):
        if node.op in operations:
            return name
    return "other operation"


def is_main(node: Node) -> bool:
    """Whether a node gets a line of its own; the others follow in small print."""
    return node.op in WEIGHTED | POOLINGS | JOINS | SOURCES | {
        Op.OUTPUT,
        Op.EMBEDDING,
        Op.RESIZE,
        Op.OTHER,
    }


def is_silent(node: Node) -> bool:
    """Whether a node computes nothing, so that it is named only where it stands alone."""
    return node.op in LAYOUT


def label(node: Node) -> str:
    """A few characters that tell what a node does."""
    name = _SHORT_NAMES.get(node.op, node.op.name.lower().replace("_", " "))
    channels = node.output_shape[0]
    if node.op is Op.INPUT:
        return f"input {'×'.join(map(str, node.output_shape))}"
    if node.op is Op.OTHER:
        return str(node.details.get("function", "unknown operation"))
    if node.op in (Op.CONV, Op.CONV_TRANSPOSE):
        return f"{_conv_name(node)} {_window(node)}, {channels}"
    if node.op in (Op.MAX_POOL, Op.AVG_POOL):
        return f"{name} {_window(node)}"
    if node.op in (Op.LINEAR, Op.CONCAT, Op.SLICE, Op.OUTPUT, Op.PARAMETER):
        return f"{name} {channels}"
    return name


def content(node: Node) -> tuple[object, ...]:
    """All that `description` tells but the node's place, equal for equal nodes."""
    return (
        *(node.op, node.kernel, node.stride, node.padding, node.dilation, node.groups, node.bias),
        *(node.input_shape, node.output_shape, node.parameters, str(dict(node.details))),
    )


def kind(node: Node) -> tuple[object, ...]:
    """What a node does, whatever its sizes."""
    return (node.op, node.kernel, node.stride, node.groups == 1)


def description(node: Node) -> str:
    """One line with everything about a node."""
    facts = [node.name, node.layer] if node.layer else [node.name]
    if node.kernel != (1, 1) or node.op in (Op.CONV, Op.CONV_TRANSPOSE):
        facts.append(f"kernel {_by(node.kernel)}")
    if node.stride != (1, 1):
        facts.append(f"stride {_by(node.stride)}")
    if any(node.padding):
        facts.append("padding " + ",".join(map(str, node.padding)))
    if node.dilation != (1, 1):
        facts.append(f"dilation {_by(node.dilation)}")
    if node.groups != 1:
        facts.append(f"groups {node.groups}")
    if node.bias:
        facts.append("bias")
    facts.append(f"{_sizes(node.input_shape)} → {_sizes(node.output_shape)}")
    if node.parameters:
        facts.append(f"{node.parameters:,} parameters")
    facts += [f"{name} {value}" for name, value in node.details.items()]
    return "; ".join(facts)


def resolution(node: Node) -> str:
    """Height and width of the result, or the number of tokens."""
    _, height, width = node.output_shape
    return f"{height} tokens" if width == 1 and height > 1 else _by((height, width))


def _is_depthwise(node: Node) -> bool:
    return node.groups > 1 and node.groups == node.input_shape[0]


def _conv_name(node: Node) -> str:
    if node.op is Op.CONV_TRANSPOSE:
        return "up-conv"
    if _is_depthwise(node):
        return "dw conv"
    return f"conv g{node.groups}" if node.groups > 1 else "conv"


def _window(node: Node) -> str:
    stride = f" /{node.stride[0]}" if max(node.stride) > 1 else ""
    dilation = f" d{node.dilation[0]}" if max(node.dilation) > 1 else ""
    return _by(node.kernel) + stride + dilation


def _by(pair: Pair) -> str:
    return f"{pair[0]}×{pair[1]}"


def _sizes(shape: tuple[int, int, int]) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"
