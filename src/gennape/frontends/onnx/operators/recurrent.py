"""Recurrent layers."""

from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import PRIVATE, OnnxNode
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS


@converts("Branch", domain=PRIVATE)
def branch(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the choice between two branches; it owns the weights of the one left out."""
    x, *stored = node.inputs
    learned = [name for name in stored if converter.static.is_learned(name)]
    converter.emit(Op.WHERE, (x,), node.outputs[0], weights=learned)


@converts("RepeatedLoop", "RepeatedScan", domain=PRIVATE)
def repeated(converter: OnnxConverter, node: OnnxNode) -> None:
    """Say that one step was counted of a loop with an unknown number of them."""
    details = {"function": node.op.removeprefix("Repeated"), "lower_bound": True}
    converter.emit(Op.OTHER, node.inputs, node.outputs[0], details=details)


_FUNCTIONS = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn_tanh"}


@converts(*_FUNCTIONS)
def recurrent(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a layer as three nodes, both directions together; see the rules of PyTorch's layers."""
    x, weights, hidden = node.inputs[:3]
    bias = node.inputs[3] if len(node.inputs) > 3 else ""
    directions, gates, _ = converter.dims(weights)
    units = converter.dims(hidden)[2]
    dims = (*converter.dims(x)[:-1], directions * gates)
    output = next(name for name in node.outputs if name and converter.is_used(name))
    into, product = f"{output}/gates", f"{output}/recurrence"
    converter.emit(
        Op.LINEAR,
        (x,),
        into,
        axis=2,
        read_axis=2,
        attributes=WITH_BIAS if bias else NO_ATTRIBUTES,
        weights=tuple(filter(None, (weights, bias))),
        output_dims=dims,
    )
    converter.emit(
        Op.MATMUL,
        (into,),
        product,
        axis=2,
        attributes=(units, *NO_ATTRIBUTES[1:]),
        weights=(hidden,),
        output_dims=dims,
    )
    last = len(converter.dims(output)) - 1
    details = {"function": _FUNCTIONS[node.op]}
    time = node.attributes.get("layout", 0)
    converter.emit(Op.OTHER, (into, product), output, axis=last, details=details, mixes=(time,))
    converter.also([name for name in node.outputs if name != output], output)
