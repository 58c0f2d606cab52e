"""Rules for recurrent layers.

A recurrence has no place in an acyclic graph, so every layer and direction is three
nodes: the product of the sequence with the input weights, the product with the hidden
weights (of which the recurrence does one part a step), and the function itself, an
operation outside the vocabulary that joins them. So costs and parameters are right.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules.attention import product
from gennape.frontends.torch.rules.convolution import linear
from gennape.frontends.torch.rules.layout import concat
from gennape.frontends.torch.tensors import Tensor
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS


def recurrent(
    function: str,
    trace: Trace,
    output: Sequence[Tensor],
    x: Tensor,
    states: Any,
    weights: Sequence[Tensor],
    has_biases: bool,
    layers: int,
    *settings: Any,
) -> None:
    """Write a stack of recurrent layers on a sequence.

    Args:
        function: Its name.
        trace: The trace.
        output: The sequence of hidden states, then the last states.
        x: The sequence, channels last.
        states: The first states; they are constants.
        weights: For each layer and direction: input weights, hidden weights, and their
            biases if there are any.
        has_biases: Whether there are.
        layers: Number of layers.
        settings: Dropout, training, whether it runs in both directions, batch first.
    """
    if isinstance(states, Tensor) and not states.is_floating_point():  # sizes of packed steps
        packed = (weights, has_biases, layers, *settings)
        recurrent(function, trace, output, x, *packed, False)
        trace.builder.state(trace.node(output[0]), not_executable="its steps are packed")
        return
    directions = 2 if settings[2] else 1
    count = len(weights) // (layers * directions)
    time = 1 if settings[3] else 0
    blocks = [weights[start : start + count] for start in range(0, len(weights), count)]
    details: dict[str, Any] = {"time": time}
    if not _start_from_zero(trace, states):
        details["not_executable"] = "its first states are given"
    for layer in range(layers):
        results: list[Tensor] = []
        for block in blocks[layer * directions : (layer + 1) * directions]:
            last = layer == layers - 1 and directions == 1
            width = output[0].shape[-1] // directions
            hidden = output[0] if last else trace.blank(*x.shape[:-1], width)
            stated = {**details, "reverse": len(results) == 1}
            _layer(function, trace, hidden, x, block, has_biases=has_biases, details=stated)
            results.append(hidden)
        if directions > 1:
            x = output[0] if layer == layers - 1 else trace.blank(*output[0].shape)
            concat(trace, x, results, dim=-1)
        else:
            x = results[0]
    trace.also(output[1:], output[0])


def _start_from_zero(trace: Trace, states: Any) -> bool:
    """Tell whether first states are neither learned nor computed."""
    listed = states if isinstance(states, list | tuple) else [states]
    return not any(trace.is_learned(s) or trace.depends_on_input(s) for s in listed)


def _layer(
    function: str,
    trace: Trace,
    output: Tensor,
    x: Tensor,
    weights: Sequence[Tensor],
    *,
    has_biases: bool,
    details: dict[str, Any],
) -> None:
    """Write one layer in one direction; `time` is the axis of its steps."""
    into, hidden, *others = weights
    biases, projection = (others[:2], others[2:]) if has_biases else ([], others)
    state = trace.blank(*x.shape[:-1], projection[0].shape[1]) if projection else output
    last = x.dim() - 1
    gates, recurrence = (trace.blank(*x.shape[:-1], into.shape[0]) for _ in range(2))
    attributes = WITH_BIAS if biases else NO_ATTRIBUTES
    trace.emit(
        Op.LINEAR,
        (x,),
        gates,
        axis=last,
        read_axis=last,
        attributes=attributes,
        weights=(into, *biases),
    )
    product(trace, recurrence, (gates, hidden), hidden.shape[1], last)
    details = {**details, "function": function, "hidden": hidden.shape[1]}
    if projection:
        details["not_executable"] = "its states are projected"
    trace.emit(
        Op.OTHER,
        (gates, recurrence),
        state,
        axis=last,
        details=details,
        mixes=(details["time"],),
    )
    if projection:
        linear(trace, output, state, projection[0])


def cell(
    function: str,
    trace: Trace,
    output: Any,
    x: Tensor,
    states: Any,
    into: Tensor,
    hidden: Tensor,
    *biases: Tensor | None,
) -> None:
    """Write one step of a recurrent layer: the products of its input and of its state."""
    first, *others = [output] if isinstance(output, Tensor) else output
    state, *rest = [states] if isinstance(states, Tensor) else states
    shape = (*x.shape[:-1], into.shape[0])
    gates, recurrence = trace.blank(*shape), trace.blank(*shape)
    into_bias, hidden_bias = biases or (None, None)
    linear(trace, gates, x, into, into_bias)
    linear(trace, recurrence, state, hidden, hidden_bias)
    details = {"function": function, "not_executable": "one step has no sequence"}
    trace.emit(Op.OTHER, (gates, recurrence, *rest), first, axis=x.dim() - 1, details=details)
    trace.also(others, first)


for _name in ("lstm", "gru", "rnn_tanh", "rnn_relu"):
    traces(_name)(partial(recurrent, _name))
    traces(f"{_name}_cell")(partial(cell, _name))
