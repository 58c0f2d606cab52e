"""Writes a network down while its `forward` runs on meta tensors.

A `TorchFunctionMode` sees every PyTorch call, with its arguments, before PyTorch
decomposes it. Meta tensors have shapes but no numbers, so nothing is computed and no
weight is touched. Tensors that do not depend on the input are *static*: they never
become nodes by themselves, they remember the parameters they come from.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map_only

from gennape.frontends.errors import FrontendError
from gennape.frontends.layout import shape_of
from gennape.frontends.torch.composites import inner_calls
from gennape.frontends.torch.output_shapes import predicted_output
from gennape.frontends.torch.rules import Function, describe
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.arrays import NO_ATTRIBUTES


@dataclass(slots=True)
class Value:
    """What is known of a tensor that depends on the input.

    Attributes:
        axis: Position of its channels among its dimensions.
        node: The node that computes it; for a slice that nobody used yet, the function
            that adds the node.
    """

    axis: int
    node: int | Callable[[], int]

    def index(self) -> int:
        """The node, added now if it was not needed before."""
        if not isinstance(self.node, int):
            self.node = self.node()
        return self.node


class Tracer(TorchFunctionMode):
    """Collects nodes while active.

    Args:
        parameters: The meta tensors that stand for the learned parameters, by name.
    """

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.builder = GraphBuilder()
        self._values: dict[int, Value] = {}
        self._owners = {id(tensor): frozenset([name]) for name, tensor in parameters.items()}
        self._names = {id(tensor): name for name, tensor in parameters.items()}
        self._parameters = dict(parameters)
        self._unclaimed = {name: tensor.numel() for name, tensor in parameters.items()}
        self._users: dict[str, list[int]] = {}
        self._sources: dict[int, int] = {}
        self._alive: list[Tensor] = []  # an id names a tensor only while the tensor lives

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run one PyTorch call and write it down."""
        kwargs = kwargs or {}
        body = inner_calls(func)
        if body is not None:
            with self:
                return body(*args, **kwargs)
        function = describe(func)
        output = predicted_output(function, args, kwargs)
        if output is None:
            output = _run(func, function, args, kwargs)
        self._write(function, args, kwargs, output)
        return output

    def _write(
        self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any
    ) -> None:
        outputs = _tensors_in([output])
        if not outputs and function.name != "setitem":
            return
        tensors = _tensors_in([*args, *kwargs.values()])
        if not any(id(tensor) in self._values for tensor in tensors):
            self._remember_owners(tensors, outputs)
            return
        changed = args[0] if isinstance(args[0], Tensor) else None
        before = self._values.get(id(changed))
        if function.rule is not None:
            function.rule(self, output, *args, **kwargs)
        else:
            target = outputs[0] if outputs else args[0]
            self.emit(Op.OTHER, tensors, target, details={"function": function.name})
            self.also(outputs[1:], target)
        if changed is not None and self._values.get(id(changed)) is not before:
            self._write_back(changed)

    def _write_back(self, view: Tensor) -> None:
        """A view that was overwritten changes the tensor it is a part of."""
        whole = view._base
        if whole is None:
            return
        if whole.shape == view.shape:
            self.same(whole, view)
        else:
            self.overwrite(whole, view)

    def overwrite(self, whole: Tensor, part: Tensor) -> None:
        """Some elements of `whole` become `part`; the node is added when they are used."""
        axis = self.axis(whole)
        before, after = self._values.get(id(whole)), self._values[id(part)]

        def add() -> int:
            first = self._source(whole, -1) if before is None else before.index()
            shape = shape_of(whole.shape, axis)
            return self.builder.add_node(Op.WHERE, (first, after.index()), shape)

        self.bind(whole, axis, add)

    def _remember_owners(self, tensors: list[Tensor], outputs: list[Tensor]) -> None:
        """Results of static tensors come from the parameters these come from."""
        owners = frozenset[str]().union(*(self._owners.get(id(t), ()) for t in tensors))
        if owners:
            for output in outputs:
                self._owners[id(output)] = owners
            self._alive += outputs

    def depends_on_input(self, tensor: Any) -> bool:
        """Whether `tensor` is a tensor that the network's input can change."""
        return id(tensor) in self._values

    def is_learned(self, tensor: Any) -> bool:
        """Whether `tensor` is static and comes from learned parameters."""
        return id(tensor) in self._owners and id(tensor) not in self._values

    def axis(self, tensor: Tensor) -> int:
        """Position of the channels of `tensor`; the last one if nothing is known."""
        value = self._values.get(id(tensor))
        return value.axis if value else max(tensor.dim() - 1, 0)

    def bind(self, tensor: Tensor, axis: int, node: int | Callable[[], int]) -> None:
        """Say which node computes `tensor` and where its channels are."""
        self._values[id(tensor)] = Value(axis, node)
        self._alive.append(tensor)

    def also(self, outputs: Iterable[Tensor], first: Tensor) -> None:
        """Further results of the node that computes `first`."""
        for output in outputs:
            self.bind(output, max(output.dim() - 1, 0), self.node(first))

    def same(self, output: Tensor, x: Tensor) -> None:
        """`output` is `x`, unchanged."""
        if output is not x:
            self._values[id(output)] = self._values[id(x)]
            self._alive.append(output)

    def node(self, tensor: Tensor, axis_from_end: int = -1) -> int:
        """The node that computes `tensor`, added now if it has none yet.

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
            has_axis = len(dims) >= -axis_from_end
            shape = shape_of(dims, axis_from_end) if has_axis else shape_of((1, *dims), 0)
            learned = id(tensor) in self._owners
            details = {} if dims == (1, *shape) else {"shape": list(dims)}
            self._sources[id(tensor)] = self.builder.add_node(
                Op.PARAMETER if learned else Op.CONSTANT,
                (),
                shape,
                parameters=self._claim(tensor),
                **details,
            )
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

    def blank(self, *shape: int) -> Tensor:
        """A tensor between two nodes that one function stands for."""
        return torch.empty(shape, device="meta")

    def _inherited_axis(self, inputs: Sequence[Tensor], output: Tensor) -> int:
        """The channels of `output` are where its largest argument has them."""
        known = [t for t in inputs if self.depends_on_input(t)]
        largest = max(known, key=Tensor.numel)
        axis = self.axis(largest) - largest.dim() + output.dim()
        return min(max(axis, 0), max(output.dim() - 1, 0))

    def _claim(self, tensor: Tensor) -> int:
        """The learned numbers behind a static tensor that no node owns yet."""
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
        """`tensor` is an input of the network."""
        shape = shape_of(tensor.shape, axis)
        details = {} if tuple(tensor.shape[1:]) == shape else {"shape": list(tensor.shape[1:])}
        self.bind(tensor, axis, self.builder.add_node(Op.INPUT, (), shape, **details))

    def graph(self, outputs: Sequence[Tensor], name: str) -> ComputationGraph:
        """The finished graph.

        Args:
            outputs: What the network returns.
            name: A name for the graph.
        """
        for output in outputs:
            self.builder.output(self.node(output))
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


class HiddenOperations(RuntimeError):
    """The result comes from calls that PyTorch did not announce, such as TorchScript."""


def traced(
    run: Callable[..., Any], parameters: Mapping[str, Tensor], inputs: Sequence[Tensor], name: str
) -> ComputationGraph:
    """The graph of one call.

    Args:
        run: What to call with `inputs`.
        parameters: The meta tensors that stand for the learned parameters, by name.
        inputs: Meta tensors, the batch first and the channels second.
        name: A name for the graph.

    Raises:
        HiddenOperations: Nothing that `run` returns depends on `inputs`.
    """
    tracer = Tracer(parameters)
    for tensor in inputs:
        tracer.input(tensor, axis=min(1, tensor.dim() - 1))
    with torch.no_grad(), tracer:
        result = run(*inputs)
    outputs = [leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor)]
    if not any(tracer.depends_on_input(output) for output in outputs):
        raise HiddenOperations("no tensor of its result is seen to depend on its input")
    return tracer.graph(outputs, name)


def failure(name: str, shape: Sequence[int], error: Exception) -> FrontendError:
    """The one sentence for a network that raised `error` on an input of `shape`."""
    size = "x".join(str(n) for n in shape)
    reason = f"{type(error).__name__}: {error}"
    return FrontendError(
        f"{name} failed on an input of {size} ({reason}); check the network or the input shape"
    )


def _run(func: Any, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call `func`; tensors with numbers beside meta tensors lose their numbers."""
    try:
        return func(*args, **kwargs)
    except RuntimeError:
        tensors = _tensors_in([*args, *kwargs.values()])
        if len({tensor.is_meta for tensor in tensors}) < 2:
            raise
        if function.in_place:
            return args[0]
        args, kwargs = tree_map_only(Tensor, lambda tensor: tensor.to("meta"), (args, kwargs))
        return func(*args, **kwargs)


def _tensors_in(values: Iterable[Any]) -> list[Tensor]:
    """The tensors among `values` and in the lists and tuples among them."""
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += [element for element in value if isinstance(element, Tensor)]
    return found
