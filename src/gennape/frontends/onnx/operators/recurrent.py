"""Recurrent layers."""

from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import PRIVATE, OnnxNode
from gennape.frontends.onnx.operators.layout import write_reshape
from gennape.frontends.onnx.tensor_part import TensorPart
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS


@converts("Branch", domain=PRIVATE)
def branch(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write the choice between two branches; it owns the weights of the one left out."""
    x, *stored = node.inputs
    learned = [name for name in stored if converter.static.is_learned(name)]
    details = {"not_executable": "the condition of a branch is computed"}
    converter.emit(Op.WHERE, (x,), node.outputs[0], weights=learned, details=details)


@converts("RepeatedLoop", "RepeatedScan", domain=PRIVATE)
def repeated(converter: OnnxConverter, node: OnnxNode) -> None:
    """Say that one step was counted of a loop with an unknown number of them."""
    details = {"function": node.op.removeprefix("Repeated"), "lower_bound": True}
    converter.emit(Op.OTHER, node.inputs, node.outputs[0], details=details)


_FUNCTIONS = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn_tanh"}
_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
"""Where the gates of PyTorch's order are in ONNX's."""
_ACTIVATIONS = {"LSTM": ("Sigmoid", "Tanh", "Tanh"), "GRU": ("Sigmoid", "Tanh"), "RNN": ("Tanh",)}


@converts(*_FUNCTIONS)
def recurrent(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write three nodes for each direction, as the rules of PyTorch's layers do, and join them."""
    layer = _Layer(converter, node)
    states = [layer.direction(number) for number in range(layer.directions)]
    joined = states[0]
    if len(states) > 1:
        joined = f"{layer.name}/joined"
        dims = (*converter.dims(states[0])[:-1], layer.directions * layer.units)
        converter.emit(
            Op.CONCAT, states, joined, axis=2, output_dims=dims, details={"axis": 2}, mixes=(2,)
        )
    if node.outputs[0] and converter.is_used(node.outputs[0]):
        layer.spread(joined, node.outputs[0])
    converter.also(node.outputs[1:], joined)


class _Layer:
    """A recurrent layer while its nodes are written."""

    def __init__(self, converter: OnnxConverter, node: OnnxNode) -> None:
        self.node = node
        self.name = next(filter(None, node.outputs))
        self.time = node.attributes.get("layout", 0)
        self._converter = converter
        self._weights, self._hidden, self._bias, lengths, *states = (*node.inputs[1:], *[""] * 6)[
            :7
        ]
        self.directions, self._rows, features = converter.dims(self._weights)
        self.units = converter.dims(self._hidden)[2]
        self._features = features
        self._shares = {
            name: converter.static.claim(name) // self.directions
            for name in (self._weights, self._hidden, self._bias)
            if name
        }
        self._states = list(filter(self._is_given, states))
        self._reason = self._why_not_executable(lengths)

    def direction(self, number: int) -> str:
        """Write one direction; return the name of its states."""
        converter, x = self._converter, self.node.inputs[0]
        gates, hidden, product, states = (
            f"{self.name}/{part}/{number}" for part in ("gates", "hidden", "recurrence", "states")
        )
        steps = converter.dims(x)[:-1]
        dims = (*steps, self._rows)
        computed = [n for n in (self._weights, self._hidden, self._bias) if converter.is_dynamic(n)]
        names = [self._weights, *[self._bias] * 2] if self._bias else [self._weights]
        converter.emit(
            Op.LINEAR,
            (x, *computed),
            gates,
            axis=2,
            read_axis=2,
            attributes=WITH_BIAS if self._bias else NO_ATTRIBUTES,
            output_dims=dims,
            parameters=sum(self._shares.get(name, 0) for name in dict.fromkeys(names)),
            tensors=[self._part(name, number, half) for half, name in enumerate(names, -1)],
        )
        converter.learned(
            hidden,
            (self._rows, self.units),
            self._shares[self._hidden],
            self._part(self._hidden, number),
        )
        converter.emit(
            Op.MATMUL,
            (gates, hidden),
            product,
            axis=2,
            attributes=(self.units, *NO_ATTRIBUTES[1:]),
            output_dims=dims,
        )
        details = {"function": self._function, "time": self.time, "hidden": self.units}
        details["reverse"] = number == 1 or self._direction == "reverse"
        if self._reason or computed:
            details["not_executable"] = self._reason or "its weights are computed"
        converter.emit(
            Op.OTHER,
            (gates, product, *self._states),
            states,
            axis=2,
            output_dims=(*steps, self.units),
            details=details,
            mixes=(self.time,),
        )
        return states

    def spread(self, joined: str, output: str) -> None:
        """Write the result, which has the directions on an axis of their own."""
        if self.directions == 1 or self.time:
            write_reshape(self._converter, joined, output)
            return
        split = f"{self.name}/split"
        steps, samples, _ = self._converter.dims(joined)
        dims = (steps, samples, self.directions, self.units)
        self._converter.note(split, dims)
        write_reshape(self._converter, joined, split)
        self._converter.emit(Op.TRANSPOSE, (split,), output, axis=3, details={"dims": [0, 2, 1, 3]})

    @property
    def _direction(self) -> str:
        return str(self.node.attributes.get("direction", "forward"))

    @property
    def _activations(self) -> tuple[str, ...]:
        return tuple(self.node.attributes.get("activations", _ACTIVATIONS[self.node.op]))

    @property
    def _function(self) -> str:
        is_relu = self.node.op == "RNN" and set(self._activations) == {"Relu"}
        return "rnn_relu" if is_relu else _FUNCTIONS[self.node.op]

    def _is_given(self, state: str) -> bool:
        """Tell whether a first state is anything but zeros."""
        value = self._converter.static.value(state) if state else None
        if value is not None:
            return bool(value.any())
        is_learned = self._converter.static.is_learned(state)
        return is_learned or self._converter.is_dynamic(state)

    def _part(self, name: str, number: int, half: int = -1) -> TensorPart:
        """Name one direction of a stored tensor; of biases, those of the input or of the state."""
        gates = _GATES[self.node.op]
        start = max(half, 0) * len(gates)
        return TensorPart(name, number, tuple(start + gate for gate in gates), self.units)

    def _why_not_executable(self, lengths: str) -> str:
        """Return what PyTorch's layers do not have, if the node has any of it."""
        given = self.node.attributes
        usual = ("Relu",) if self._function == "rnn_relu" else _ACTIVATIONS[self.node.op]
        if set(self._activations) != set(usual) or self._activations[: len(usual)] != usual:
            return "it has other activations"
        if given.get("clip") or given.get("input_forget") or len(self.node.inputs) > 7:
            return "its gates are limited, coupled or look at the state"
        if self.node.op == "GRU" and not given.get("linear_before_reset", 0):
            return "its state is reset before it is multiplied"
        if lengths:
            return "its sequences have lengths of their own"
        return "its first states are given" if self._states else ""
