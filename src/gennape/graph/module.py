"""A graph as a trainable PyTorch module.

The module is a `torch.fx.GraphModule`: its `forward` is generated straight-line code,
one line a node, so it trains, exports and compiles like a module written by hand, and
every intermediate is freed after its last use. `print(module.code)` shows it.
"""

from typing import Any

import torch
from torch import fx, nn
from torch.fx.proxy import GraphAppendingTracer

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.layers import FUNCTIONS, LAYERS, pad_window, pads_unevenly
from gennape.graph.node import Node, nodes_of
from gennape.graph.operations import Op
from gennape.graph.validation import GraphError

_ENDS = frozenset({Op.INPUT, Op.OUTPUT, Op.PARAMETER})
EXECUTABLE = frozenset(LAYERS) | frozenset(FUNCTIONS) | _ENDS
"""Operations that a module can compute."""


def module_of(graph: ComputationGraph) -> fx.GraphModule:
    """A trainable module that computes `graph`.

    Its inputs are the graph's input nodes, `(batch, channels, height, width)` each; it
    returns the tensor of the output node, or a tuple of them if there are several.

    Raises:
        GraphError: The graph holds operations that cannot be executed; lists them.
    """
    nodes = nodes_of(graph)
    _refuse_unknown(nodes)
    return _Assembly().module(nodes)


def _refuse_unknown(nodes: list[Node]) -> None:
    missing = {
        str(node.details.get("function", node.op.name.lower()))
        for node in nodes
        if node.op not in EXECUTABLE
    }
    if missing:
        raise GraphError(
            f"the graph cannot run as a PyTorch module: no rule for {', '.join(sorted(missing))}"
        )


class _Assembly:
    """Writes the forward code of a module node by node."""

    def __init__(self) -> None:
        self.root = nn.Module()
        self.code = fx.Graph()
        self.tracer = GraphAppendingTracer(self.code)
        self.values: list[Any] = []
        self.shared: dict[str, str] = {}

    def module(self, nodes: list[Node]) -> fx.GraphModule:
        for node in nodes:
            self.values.append(self.value(node))
        results = tuple(self.values[node.index].node for node in nodes if node.op is Op.OUTPUT)
        self.code.output(results[0] if len(results) == 1 else results)
        return fx.GraphModule(self.root, self.code, "GraphModule")

    def value(self, node: Node) -> Any:
        """The symbolic tensor that `node` computes."""
        arguments = [self.values[argument] for argument in node.arguments]
        if node.op is Op.INPUT:
            return fx.Proxy(self.code.placeholder(f"input_{node.index}"), self.tracer)
        if node.op is Op.OUTPUT:
            return arguments[0]
        if node.op is Op.PARAMETER:
            return self.parameter(node)
        if node.op in LAYERS:
            return self.layer(node, arguments[0])
        return FUNCTIONS[node.op](node, *arguments)

    def parameter(self, node: Node) -> Any:
        shape = node.details.get("shape", (1, *node.output_shape))
        self.root.register_parameter(node.name, nn.Parameter(0.02 * torch.randn(*shape)))
        return fx.Proxy(self.code.get_attr(node.name), self.tracer)

    def layer(self, node: Node, x: Any) -> Any:
        if pads_unevenly(node):
            x = pad_window(node, x)
        weight = node.details.get("weight", node.name)
        name = self.shared.setdefault(weight, node.name)
        if name == node.name:
            self.root.add_module(name, LAYERS[node.op](node))
        return fx.Proxy(self.code.call_module(name, (x.node,)), self.tracer)
