"""The trace of a network: its nodes so far, and the node and channels of each tensor."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from gennape.frontends.layout import shape_of, source_details, source_shape
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.arrays import NO_ATTRIBUTES

_FEW = 64
"""Constants of up to so many numbers are stated in the graph."""
_PLAIN_TYPES = (torch.float32, torch.int64, torch.int32, torch.bool)


@dataclass(slots=True)
class TracedTensor:
    """Node and channels of a tensor that depends on the input.

    Attributes:
        axis: Position of its channels among its dimensions.
        node: The node that computes it; for a slice that nobody used yet, the function
            that adds the node.
        result: Which result of the node it is.
    """

    axis: int
    node: int | Callable[[], int]
    result: int = 0

    def index(self) -> int:
        """Return the node, added now if it was not needed before."""
        if not isinstance(self.node, int):
            self.node = self.node()
        return self.node


class Trace:
    """The nodes so far, and which node computes which tensor.

    Tensors that do not depend on the input are *static*: they never become nodes by
    themselves, they remember the parameters they come from.

    Args:
        parameters: The tensors that stand for the learned parameters, by name.
        constants: Further tensors that exist before the network runs.
    """

    def __init__(self, parameters: Mapping[str, Tensor], constants: Iterable[Tensor]) -> None:
        self.builder = GraphBuilder()
        self._values: dict[int, TracedTensor] = {}
        self._owners = {id(tensor): frozenset[str]() for tensor in constants}
        self._owners |= {id(tensor): frozenset([name]) for name, tensor in parameters.items()}
        self._names = {id(tensor): name for name, tensor in parameters.items()}
        self._parameters = dict(parameters)
        self._unclaimed = {name: tensor.numel() for name, tensor in parameters.items()}
        self._users: dict[str, list[int]] = {}
        self._sources: dict[int, int] = {}
        self.tensors: dict[int, tuple[Tensor | None, ...]] = {}  # weights of nodes
        self._alive: list[Tensor] = []  # an id names a tensor only while the tensor lives

    def overwrite(self, whole: Tensor, part: Tensor) -> None:
        """Make some elements of `whole` those of `part`; the node is added when they are used."""
        axis = self.axis(whole)
        before, after = self._values.get(id(whole)), self._values[id(part)]

        def add() -> int:
            first = self._source(whole, -1) if before is None else before.index()
            shape = shape_of(whole.shape, axis)
            return self.builder.add_node(
                Op.WHERE,
                (first, after.index()),
                shape,
                not_executable="elements are overwritten in place",
            )

        self.bind(whole, axis, add)

    def derive(self, outputs: Iterable[Tensor], tensors: Iterable[Tensor]) -> None:
        """Mark `outputs` as static, from the parameters that `tensors` come from."""
        owners = frozenset[str]().union(*(self._owners.get(id(t), ()) for t in tensors))
        for output in outputs:
            self._owners[id(output)] = owners
            self._alive.append(output)

    def knows(self, tensor: Tensor) -> bool:
        """Tell whether `tensor` existed before the network ran or comes from a call seen since."""
        return id(tensor) in self._values or id(tensor) in self._owners

    def value(self, tensor: Any) -> TracedTensor | None:
        """Return what is known of `tensor`, if it depends on the input."""
        return self._values.get(id(tensor))

    def depends_on_input(self, tensor: Any) -> bool:
        """Tell whether `tensor` is a tensor that the network's input can change."""
        return id(tensor) in self._values

    def is_learned(self, tensor: Any) -> bool:
        """Tell whether `tensor` is static and comes from learned parameters."""
        return bool(self._owners.get(id(tensor))) and id(tensor) not in self._values

    def axis(self, tensor: Tensor) -> int:
        """Return position of the channels of `tensor`; the last one if nothing is known."""
        value = self._values.get(id(tensor))
        return value.axis if value else max(tensor.dim() - 1, 0)

    def bind(self, tensor: Tensor, axis: int, node: int | Callable[[], int]) -> None:
        """Say which node computes `tensor` and where its channels are."""
        self._values[id(tensor)] = TracedTensor(axis, node)
        self._alive.append(tensor)

    def also(self, outputs: Iterable[Tensor], first: Tensor) -> None:
        """Note further results of the node that computes `first`."""
        for result, output in enumerate(outputs, start=1):
            self.bind(output, max(output.dim() - 1, 0), self.node(first))
            self._values[id(output)].result = result

    def same(self, output: Tensor, x: Tensor) -> None:
        """Say that `output` is `x`, unchanged."""
        if output is not x:
            self._values[id(output)] = self._values[id(x)]
            self._alive.append(output)

    def node(self, tensor: Tensor, axis_from_end: int = -1) -> int:
        """Return the node that computes `tensor`, added now if it has none yet.

        Args:
            tensor: Any tensor; a static one becomes a source node.
            axis_from_end: Where a static tensor has its channels, as a negative number.
        """
        value = self._values.get(id(tensor))
        return self._source(tensor, axis_from_end) if value is None else value.index()

    def _source(self, tensor: Tensor, axis_from_end: int) -> int:
        if id(tensor) not in self._sources:
            dims = tuple(tensor.shape)
            self._note_use(tensor, len(self.builder.shapes))
            shape = source_shape(dims, axis_from_end)
            self._sources[id(tensor)] = self.builder.add_node(
                Op.PARAMETER if self._owners.get(id(tensor)) else Op.CONSTANT,
                (),
                shape,
                parameters=self._claim(tensor),
                **source_details(dims, shape),
                **self._numbers(tensor),
            )
            self.tensors[self._sources[id(tensor)]] = (tensor,)
            self._alive.append(tensor)
        return self._sources[id(tensor)]

    def emit(
        self,
        op: Op,
        inputs: Sequence[Tensor],
        output: Tensor,
        *,
        axis: int | None = None,
        read_axis: int | None = None,
        attributes: tuple[int, ...] = NO_ATTRIBUTES,
        weights: Sequence[Tensor | None] = (),
        details: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Add the node that computes `output`.

        Args:
            op: The operation.
            inputs: Its arguments, in order.
            output: Its result.
            axis: Position of the channels in `output`; as in the arguments unless given.
            read_axis: Where the operation itself takes the channels of its first
                argument to be, if it has an opinion.
            attributes: Kernel, stride, padding, dilation, groups, bias.
            weights: Weight and bias: learned ones are counted on the node, those that
                depend on the input become further arguments.
            details: Rare attributes.
        """
        if axis is None:
            axis = self._inherited_axis(inputs, output)
        dynamic = [w for w in weights if w is not None and self.depends_on_input(w)]
        arguments = [self.node(t, axis - output.dim()) for t in (*inputs, *dynamic)]
        index = len(self.builder.shapes)
        parameters = sum(self._claim(w) for w in weights if w is not None)
        if weights and weights[0] is not None:
            self._note_use(weights[0], index)
        if any(results := [self._result(t) for t in (*inputs, *dynamic)]):
            details = {**details, "results": results}
        node = self.builder.add_node(
            op,
            arguments,
            shape_of(output.shape, axis),
            attributes,
            parameters,
            None if read_axis is None else shape_of(inputs[0].shape, read_axis),
            **details,
        )
        self.bind(output, axis, node)
        if weights:
            self.tensors[node] = tuple(weights)

    def _result(self, tensor: Tensor) -> int:
        """Which result of its node `tensor` is."""
        value = self._values.get(id(tensor))
        return value.result if value else 0

    def _numbers(self, tensor: Tensor) -> dict[str, Any]:
        """State the numbers of a small or uniform constant that has any."""
        if tensor.is_meta or not tensor.numel() or self._owners.get(id(tensor)):
            return {}
        if tensor.dtype not in _PLAIN_TYPES:
            return {}
        first = tensor.flatten()[:1]
        if tensor.numel() <= _FEW or bool((tensor == first).all()):
            values = tensor if tensor.numel() <= _FEW else first
            return {"values": values.flatten().tolist()}
        return {}

    def blank(self, *shape: int) -> Tensor:
        """Make a tensor between two nodes that one function stands for."""
        return torch.empty(shape, device="meta")

    def _inherited_axis(self, inputs: Sequence[Tensor], output: Tensor) -> int:
        """Place the channels of `output` where its largest argument has them."""
        known = [t for t in inputs if self.depends_on_input(t)]
        largest = max(known, key=Tensor.numel)
        axis = self.axis(largest) - largest.dim() + output.dim()
        return min(max(axis, 0), max(output.dim() - 1, 0))

    def _claim(self, tensor: Tensor) -> int:
        """Claim the learned numbers behind a static tensor that no node owns yet."""
        if self.depends_on_input(tensor):
            return 0
        owners = self._owners.get(id(tensor), ())
        return sum(self._unclaimed.pop(owner, 0) for owner in owners)

    def _note_use(self, tensor: Tensor, node: int) -> None:
        """Remember which nodes work with the same learned tensor."""
        name = self._names.get(id(tensor))
        if name is not None:
            self._users.setdefault(name, []).append(node)

    def input(self, tensor: Tensor, axis: int) -> None:
        """Make `tensor` an input of the network."""
        shape = shape_of(tensor.shape, axis)
        sizes = list(tensor.shape[1:])
        details: dict[str, Any] = {} if sizes == list(shape) else {"shape": sizes}
        self.bind(tensor, axis, self.builder.add_node(Op.INPUT, (), shape, **details))

    def graph(self, outputs: Sequence[Tensor], name: str) -> ComputationGraph:
        """Finish the graph.

        Args:
            outputs: Results of the network.
            name: A name for the graph.
        """
        for output in outputs:
            node = self.builder.output(self.node(output))
            if result := self._result(output):
                self.builder.state(node, results=[result])
        for parameter in list(self._unclaimed):
            self._source(self._parameters[parameter], -1)
        graph = self.builder.build(name)
        shared = {
            node: {**graph.details.get(node, {}), "weight": weight}
            for weight, users in self._users.items()
            if len(users) > 1
            for node in users
        }
        return replace(graph, details={**graph.details, **shared}) if shared else graph


def tensors_in(values: Iterable[Any]) -> list[Tensor]:
    """Return the tensors among `values` and in the lists and tuples among them."""
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += [element for element in value if isinstance(element, Tensor)]
    return found
