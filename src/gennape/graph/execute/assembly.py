"""Puts a PyTorch module together from the nodes of a graph.

The module is a `torch.fx.GraphModule`: its `forward` is generated straight-line code,
about one line a node, so it trains, exports and compiles like a module written by hand,
and every intermediate is freed after its last use. `print(module.code)` shows it.
"""

import operator
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from math import prod
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.proxy import GraphAppendingTracer

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.execute.batches import result_of
from gennape.graph.execute.changes import expand, reshape
from gennape.graph.execute.dimensions import Dimensions, joint
from gennape.graph.execute.functions import FUNCTIONS, SEVERAL
from gennape.graph.execute.layers import LAYERS, has_layer, layer_sizes
from gennape.graph.execute.problems import (
    constant,
    is_computed_parameter,
    parameter_shape,
    problems_of,
)
from gennape.graph.execute.recurrence import Recurrence, is_recurrence, parts_of
from gennape.graph.execute.windows import BorderedAvgPool, pad_window, pads_unevenly, window_of
from gennape.graph.node import Node, nodes_of
from gennape.graph.operations import Op
from gennape.graph.validation import GraphError
from gennape.utils.memory import fits_into_memory

Weights = Mapping[int, Sequence[Tensor | None]]
"""Tensors of nodes: weight, bias, running mean and variance, or the one of a source."""

_PARAMETER_DEVIATION = 0.02  # as position embeddings and class tokens usually start
_FAILS = "the graph cannot run as a PyTorch module"
_WINDOWS = frozenset({Op.CONV, Op.MAX_POOL, Op.AVG_POOL})


def module_of(
    graph: ComputationGraph, weights: Weights | None = None, stand_ins: bool = False
) -> fx.GraphModule:
    """A trainable module that computes `graph`.

    Its inputs are the graph's input nodes, `(batch, channels, height, width)` each unless they
    state other dimensions; it returns the tensor of the output node, or a tuple of them if there
    are several.

    Args:
        graph: The graph.
        weights: The numbers of nodes; others start as PyTorch starts them.
        stand_ins: Whether constants whose numbers are not known may be zeros, and parameters
            that are computed from others parameters of their own. The module then has the
            operations and costs of the network, and not its numbers.

    Raises:
        GraphError: The graph holds operations that cannot be executed; lists them. Or its weights
            are larger than the memory of this machine.
    """
    if not fits_into_memory(graph.parameters):
        raise GraphError(f"{_FAILS}: its {graph.parameters:,} parameters do not fit into memory")
    nodes = nodes_of(graph)
    problems = problems_of(nodes, weights or {}, stand_ins)
    if problems:
        raise GraphError(f"{_FAILS}: {'; '.join(problems)}")
    return _Assembly(nodes, weights or {}).module()


def _weight_name(node: Node) -> str:
    """Name the weight of a node: nodes with the same name share it."""
    return str(node.details.get("weight", node.name))


class _Assembly:
    """Writes the forward code of a module node by node."""

    def __init__(self, nodes: Sequence[Node], weights: Weights) -> None:
        self.nodes, self.weights = nodes, weights
        self.root = nn.Module()
        self.code = fx.Graph()
        self.tracer = GraphAppendingTracer(self.code)
        self.values: list[Any] = []
        self.dimensions: list[Any] = []
        self.owners: dict[str, Any] = {}  # layers and parameters by the name of their weight
        self.absorbed = {
            part.index
            for node in nodes
            if is_recurrence(node)
            for part in parts_of(node, nodes) or ()
        }
        self.several = {
            argument
            for node in nodes
            for argument, result in zip(
                node.arguments, node.details.get("results", ()), strict=False
            )
            if result
        }

    def module(self) -> fx.GraphModule:
        """The module of all nodes."""
        for node in self.nodes:
            try:
                value, dimensions = self.computed(node)
            except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
                raise GraphError(f"{_FAILS}: {_place(node)} {_reason(error)}") from error
            self.check(node, dimensions)
            self.values.append(value)
            self.dimensions.append(dimensions)
        results = tuple(self.argument(n, 0)[0].node for n in self.nodes if n.op is Op.OUTPUT)
        self.code.output(results[0] if len(results) == 1 else results)
        return fx.GraphModule(self.root, self.code)

    def argument(self, node: Node, position: int) -> tuple[Any, Dimensions]:
        """One argument of a node, and its dimensions."""
        source, results = node.arguments[position], node.details.get("results")
        value, dimensions = self.values[source], self.dimensions[source]
        if source not in self.several:
            return value, dimensions
        chosen = results[position] if results else 0
        return operator.getitem(value, chosen), dimensions[chosen]

    def computed(self, node: Node) -> tuple[Any, Any]:
        """The symbolic tensor that a node computes, and its dimensions."""
        if node.index in self.absorbed:
            return None, None
        if node.op is Op.INPUT:
            sizes = (1, *node.details.get("shape", node.output_shape))
            return self.symbol(self.code.placeholder(f"input_{node.index}")), Dimensions(sizes)
        if node.op in (Op.PARAMETER, Op.CONSTANT):
            tensor = self.symbol(self.code.get_attr(self.stored(node)))
            return tensor, Dimensions(tuple(self.stored_sizes(node)), None)
        if is_recurrence(node):
            return self.recurrence(node)
        given = [self.argument(node, position) for position in range(len(node.arguments))]
        values, dimensions = [value for value, _ in given], [known for _, known in given]
        if node.op is Op.OUTPUT:
            return values[0], dimensions[0]
        if node.index in self.several:
            return result_of(SEVERAL[node.op], node, values, dimensions)
        if has_layer(node):
            return self.layered(node, values[0], dimensions[0])
        if node.op is Op.RESHAPE and "factor" not in node.details:
            return reshape(node, values[0], dimensions[0])
        if node.op is Op.EXPAND:
            return expand(node, values[0], dimensions[0])
        if node.op is Op.CONCAT:
            values, dimensions = self.with_batch(node, values, dimensions)
        function = FUNCTIONS[node.op]
        if node.op is Op.RESIZE:
            function = partial(function, spatial=dimensions[0].rank - 2)
        return result_of(function, node, values, dimensions)

    def check(self, node: Node, dimensions: Any) -> None:
        """Refuse a node that gives another number of elements than the graph records."""
        first = dimensions[0] if isinstance(dimensions, list) else dimensions
        if first is None or node.op is Op.OUTPUT or prod(first.sizes) == prod(node.output_shape):
            return
        raise GraphError(
            f"{_FAILS}: {_place(node)} gives {list(first.sizes)}, where the graph records "
            f"{list(node.output_shape)}"
        )

    def symbol(self, node: fx.Node) -> fx.Proxy:
        """What stands for the result of a line of code."""
        return fx.Proxy(node, self.tracer)

    def stored_sizes(self, node: Node) -> Sequence[int]:
        """Dimensions of a parameter or constant."""
        given = self.weights.get(node.index)
        return given[0].shape if given and given[0] is not None else parameter_shape(node)

    def stored(self, node: Node) -> str:
        """The name of a node's parameter or constant."""
        given = self.weights.get(node.index)
        tensor = given[0] if given else None
        if node.op is Op.CONSTANT or (tensor is not None and not tensor.is_floating_point()):
            self.root.register_buffer(node.name, constant(node) if tensor is None else tensor)
            return node.name
        start = tensor
        if start is None:
            start = _PARAMETER_DEVIATION * torch.randn(*parameter_shape(node))
        name = node.name if is_computed_parameter(node) else _weight_name(node)
        owned = self.owners.setdefault(name, nn.Parameter(start.detach().clone()))
        self.root.register_parameter(node.name, owned)
        return node.name

    def layered(self, node: Node, x: Any, known: Dimensions) -> tuple[Any, Dimensions]:
        """The result of a layer."""
        attributes: Any = node.attributes
        name = self.layer(node, attributes, known)
        is_padded = node.op in _WINDOWS and pads_unevenly(node, attributes)
        if is_padded and not isinstance(self.root.get_submodule(name), BorderedAvgPool):
            x = pad_window(node, window_of(node, attributes.depth, known.rank - 2), x)
        sizes = layer_sizes(node, attributes, known)
        result = self.symbol(self.code.call_module(name, (x.node,)))
        return result, Dimensions(sizes, known.batch, known.outer)

    def layer(self, node: Node, attributes: Any, known: Dimensions) -> str:
        """The name of a node's layer; it takes its weights from the first that uses them."""
        layer = LAYERS[node.op](node, attributes, known)
        owner = self.owners.setdefault(_weight_name(node), layer)
        if owner is not layer and isinstance(owner, nn.Module):
            for name, tensor in chain(owner.named_parameters(), owner.named_buffers()):
                if node.parameters == 0 or name == "weight":  # else it owns a bias
                    setattr(layer, name, tensor)
        elif owner is not layer:
            layer.weight = owner
        _load(layer, self.weights.get(node.index, ()), node.details.get("transposed", False))
        self.root.add_module(node.name, layer)
        return node.name

    def recurrence(self, node: Node) -> tuple[Any, Any]:
        """The results of a recurrent layer."""
        linear, _, hidden = parts_of(node, self.nodes)  # type: ignore[misc]
        x, known = self.argument(linear, 0)
        attributes: Any = node.attributes
        layer = Recurrence(attributes, linear.input_shape[0], linear.bias)
        given = self.weights.get(linear.index)
        if given:
            layer.load(given[0], self.weights[hidden.index][0], given[1:])  # type: ignore[arg-type]
        self.root.add_module(node.name, layer)
        results = self.symbol(self.code.call_module(node.name, (x.node,)))
        states = Dimensions((*known.sizes[:-1], attributes.hidden), known.batch, known.outer)
        if node.index not in self.several:
            return operator.getitem(results, 0), states
        samples = known.sizes[1 - attributes.time]
        last = Dimensions((1, samples, attributes.hidden), None if known.batch is None else 1)
        return results, [states, last, last]

    def with_batch(
        self, node: Node, values: list[Any], dimensions: list[Dimensions]
    ) -> tuple[list[Any], list[Dimensions]]:
        """Arguments of a concatenation; a parameter, such as a class token, is repeated."""
        batched = joint(dimensions)
        axis = batched.batch
        if axis is None or all(known.batch is not None for known in dimensions):
            return values, dimensions
        samples = values[dimensions.index(batched)].shape[axis]
        repeated = [
            value
            if known.batch is not None
            else value.expand(*(samples if n == axis else -1 for n in range(known.rank)))
            for value, known in zip(values, dimensions, strict=True)
        ]
        known_batch = [Dimensions(known.sizes, axis, batched.outer) for known in dimensions]
        return repeated, known_batch


def _place(node: Node) -> str:
    return f"node {node.index} ({node.op.name.lower()})"


def _reason(error: Exception) -> str:
    """Why a node cannot be computed; a missing key is what it does not state."""
    if isinstance(error, KeyError):
        return f"does not state its {error.args[0]}"
    return " ".join(str(error).split())


def _load(layer: nn.Module, tensors: Sequence[Tensor | None], is_transposed: bool) -> None:
    """Copy given numbers into a layer: weight, bias, running mean, running variance."""
    names = ("weight", "bias", "running_mean", "running_var")
    with torch.no_grad():
        for name, tensor in zip(names, tensors, strict=False):
            if tensor is None:
                continue
            own: Tensor = getattr(layer, name)
            turned = tensor.t() if is_transposed and name == "weight" else tensor
            own.copy_(turned.reshape(own.shape) if own.numel() == turned.numel() else turned)
