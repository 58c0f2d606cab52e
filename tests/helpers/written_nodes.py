"""What the PyTorch frontend writes for a function of tensors."""

from collections.abc import Callable
from typing import Any

from torch import nn

from gennape import graph_of
from gennape.graph import ComputationGraph
from gennape.graph.node import Node, nodes_of

SHAPE = (6, 8, 8)


class Forward(nn.Module):
    """A module that only computes a function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(x)


def graph_of_function(
    function: Callable[..., Any], shape: tuple[int, ...] = SHAPE
) -> ComputationGraph:
    """The graph of a function of one tensor (or of a module)."""
    module = function if isinstance(function, nn.Module) else Forward(function)
    return graph_of(module, shape)


def written_nodes(function: Callable[..., Any], shape: tuple[int, ...] = SHAPE) -> list[Node]:
    """The nodes of a function without the input and the output node."""
    return [
        node
        for node in nodes_of(graph_of_function(function, shape))
        if node.op.name not in ("INPUT", "OUTPUT")
    ]
