"""Recurrent layers, put together again from the three nodes that a graph has of each.

A layer in one direction is a linear layer of its input, a matrix product with the hidden weights,
which stands for their part of the work, and the recurrence that joins the two.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gennape.graph.attributes.mathematics import FunctionAttributes
from gennape.graph.node import Node
from gennape.graph.operations import Op

_LAYERS: dict[str, Any] = {
    "lstm": nn.LSTM,
    "gru": nn.GRU,
    "rnn_tanh": nn.RNN,
    "rnn_relu": nn.RNN,
}


def is_recurrence(node: Node) -> bool:
    """Whether a node outside the vocabulary is a recurrence that states its size."""
    return (
        node.op is Op.OTHER and node.details.get("function") in _LAYERS and "hidden" in node.details
    )


def parts_of(node: Node, nodes: Sequence[Node]) -> tuple[Node, Node, Node] | None:
    """The linear layer, the product and the hidden weights of a recurrence, if they are there."""
    if len(node.arguments) != 2:
        return None
    linear, product = (nodes[argument] for argument in node.arguments)
    if (linear.op, product.op) != (Op.LINEAR, Op.MATMUL) or len(product.arguments) != 2:
        return None
    hidden = nodes[product.arguments[1]]
    return (linear, product, hidden) if hidden.op is Op.PARAMETER else None


class Recurrence(nn.Module):
    """One recurrent layer in one direction, from zero states.

    Args:
        attributes: What the graph states of it.
        features: Numbers in each step of the sequence.
        bias: Whether it has biases.
    """

    def __init__(self, attributes: FunctionAttributes, features: int, bias: bool) -> None:
        super().__init__()
        function = attributes.function
        options = {"nonlinearity": function[4:]} if function.startswith("rnn") else {}
        self.layer = _LAYERS[function](
            features, attributes.hidden, bias=bias, batch_first=attributes.time == 1, **options
        )
        self.time, self.reverse = attributes.time, attributes.reverse

    def load(self, into: Tensor, hidden: Tensor, biases: Sequence[Tensor | None]) -> None:
        """Copy weights of the input, of the state, and biases."""
        with torch.no_grad():
            self.layer.weight_ih_l0.copy_(into)
            self.layer.weight_hh_l0.copy_(hidden)
            for name, bias in zip(("bias_ih_l0", "bias_hh_l0"), biases, strict=False):
                if bias is not None:
                    getattr(self.layer, name).copy_(bias)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the states of all steps, then the last ones."""
        if self.reverse:
            x = x.flip(self.time)
        states, last = self.layer(x)
        if self.reverse:
            states = states.flip(self.time)
        return (states, *last) if isinstance(last, tuple) else (states, last)
