"""Recurrent layers."""

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS

_FUNCTIONS = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn_tanh"}


@writes(*_FUNCTIONS)
def recurrent(reader: Reader, node: OnnxNode) -> None:
    """A layer as three nodes, both directions together; see the rules of PyTorch's layers."""
    x, weights, hidden = node.inputs[:3]
    bias = node.inputs[3] if len(node.inputs) > 3 else ""
    directions, gates, _ = reader.dims(weights)
    units = reader.dims(hidden)[2]
    dims = (*reader.dims(x)[:-1], directions * gates)
    output = next(name for name in node.outputs if name and reader.is_used(name))
    into, product = f"{output}/gates", f"{output}/recurrence"
    reader.emit(
        Op.LINEAR,
        (x,),
        into,
        axis=2,
        read_axis=2,
        attributes=WITH_BIAS if bias else NO_ATTRIBUTES,
        weights=tuple(filter(None, (weights, bias))),
        output_dims=dims,
    )
    reader.emit(
        Op.MATMUL,
        (into,),
        product,
        axis=2,
        attributes=(units, *NO_ATTRIBUTES[1:]),
        weights=(hidden,),
        output_dims=dims,
    )
    last = len(reader.dims(output)) - 1
    details = {"function": _FUNCTIONS[node.op]}
    reader.emit(Op.OTHER, (into, product), output, axis=last, details=details)
    reader.also([name for name in node.outputs if name != output], output)
