"""Puts a PyTorch module together from the nodes of a graph.

The module is a `torch.fx.GraphModule`: its `forward` is generated straight-line code,
about one line a node, so it trains, exports and compiles like a module written by hand,
and every intermediate is freed after its last use. `print(module.code)` shows it.
"""

from itertools import chain
from math import prod
from typing import Any

import torch
from torch import fx, nn
from torch.fx.proxy import GraphAppendingTracer

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.execute.dimensions import Dimensions, dimensions_of, parameter_shape
from gennape.graph.execute.functions import FUNCTIONS
from gennape.graph.execute.layers import LAYERS, pad_window, pads_unevenly
from gennape.graph.node import Node, nodes_of
from gennape.graph.operations import Op
from gennape.graph.validation import GraphError

_PARAMETER_DEVIATION = 0.02  # as position embeddings and class tokens usually start


def module_of(graph: ComputationGraph) -> fx.GraphModule:
    """A trainable module that computes `graph`.

    Its inputs are the graph's input nodes, `(batch, channels, height, width)` each; it
    returns the tensor of the output node, or a tuple of them if there are several.

    Raises:
        GraphError: The graph holds operations that cannot be executed; lists them.
    """
    nodes = nodes_of(graph)
    problems = sorted({problem for node in nodes if (problem := _problem(node))})
    if problems:
        raise GraphError(f"the graph cannot run as a PyTorch module: {'; '.join(problems)}")
    return _Assembly().module(nodes)


def _problem(node: Node) -> str:
    """Why a node cannot be executed, or nothing."""
    name = str(node.details.get("function", node.op.name.lower()))
    if node.op in (Op.INPUT, Op.OUTPUT):
        return ""
    if node.op is Op.PARAMETER:
        is_whole = node.parameters == prod(parameter_shape(node)) or "weight" in node.details
        return "" if is_whole else "a parameter is computed from other parameters"
    if _has_layer(node):
        return "" if len(node.arguments) == 1 else f"{name} has computed weights"
    if node.op not in FUNCTIONS or node.details.get("adaptive"):
        return f"no rule for {name}"
    return ""


def _has_layer(node: Node) -> bool:
    """Whether a layer computes a node; one that names its axes is a function."""
    return node.op in LAYERS and "axes" not in node.details


def _weight_name(node: Node) -> str:
    """Name the weight of a node: nodes with the same name share it."""
    return str(node.details.get("weight", node.name))


class _Assembly:
    """Writes the forward code of a module node by node."""

    def __init__(self) -> None:
        self.root = nn.Module()
        self.code = fx.Graph()
        self.tracer = GraphAppendingTracer(self.code)
        self.values: list[Any] = []
        self.dimensions: list[Dimensions] = []
        self.owners: dict[str, Any] = {}  # layers and parameters by the name of their weight

    def module(self, nodes: list[Node]) -> fx.GraphModule:
        for node in nodes:
            arguments = [self.dimensions[argument] for argument in node.arguments]
            try:
                self.values.append(self.value(node))
                self.dimensions.append(dimensions_of(node, arguments))
            except KeyError as missing:
                raise GraphError(
                    f"the graph cannot run as a PyTorch module: node {node.index} "
                    f"({node.op.name.lower()}) does not state its {missing.args[0]}"
                ) from missing
        results = tuple(self.values[node.index].node for node in nodes if node.op is Op.OUTPUT)
        self.code.output(results[0] if len(results) == 1 else results)
        return fx.GraphModule(self.root, self.code)

    def value(self, node: Node) -> Any:
        """The symbolic tensor that `node` computes."""
        arguments = [self.values[argument] for argument in node.arguments]
        if node.op is Op.INPUT:
            return self.symbol(self.code.placeholder(f"input_{node.index}"))
        if node.op is Op.OUTPUT:
            return arguments[0]
        if node.op is Op.PARAMETER:
            return self.symbol(self.code.get_attr(self.parameter(node)))
        if _has_layer(node):
            x: Any = pad_window(node, arguments[0]) if pads_unevenly(node) else arguments[0]
            return self.symbol(self.code.call_module(self.layer(node), (x.node,)))
        if node.op is Op.CONCAT:
            arguments = self.with_batch(node)
        return FUNCTIONS[node.op](node, *arguments)

    def symbol(self, node: fx.Node) -> fx.Proxy:
        return fx.Proxy(node, self.tracer)

    def parameter(self, node: Node) -> str:
        """The name of a node's parameter."""
        start = _PARAMETER_DEVIATION * torch.randn(*parameter_shape(node))
        owned = self.owners.setdefault(_weight_name(node), nn.Parameter(start))
        self.root.register_parameter(node.name, owned)
        return node.name

    def layer(self, node: Node) -> str:
        """The name of a node's layer; it takes its weights from the first that uses them."""
        layer = LAYERS[node.op](node, self.dimensions[node.arguments[0]].rank)
        owner = self.owners.setdefault(_weight_name(node), layer)
        if owner is not layer:
            for name, tensor in chain(owner.named_parameters(), owner.named_buffers()):
                if node.parameters == 0 or name == "weight":  # else it owns a bias
                    setattr(layer, name, tensor)
        self.root.add_module(node.name, layer)
        return node.name

    def with_batch(self, node: Node) -> list[Any]:
        """Arguments of a concatenation; a parameter, such as a class token, is repeated."""
        sizes = [self.values[a] for a in node.arguments if self.is_computed(a)]
        return [
            self.values[a]
            if self.is_computed(a)
            else self.values[a].expand(sizes[0].shape[0], *(-1,) * (self.dimensions[a].rank - 1))
            for a in node.arguments
        ]

    def is_computed(self, node: int) -> bool:
        return str(self.values[node].node.op) != "get_attr"
