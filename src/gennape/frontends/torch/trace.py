"""The trace of a network: its nodes so far, and the node and channels of each tensor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from gennape.frontends.batch_axis import (
    BatchAxis,
    BatchError,
    beside,
    one_sample,
)
from gennape.frontends.layout import input_details, shape_of, source_details, source_shape
from gennape.frontends.torch.tensors import StatedTensor, Tensor, element_type_of
from gennape.frontends.torch.traced_values import TracedValues
from gennape.frontends.torch.views import Views
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.arrays import NO_ATTRIBUTES

_FEW = 64
"""Constants of up to so many numbers are stated in the graph."""
_PLAIN_TYPES = ("float32", "int64", "int32", "bool")


class Trace(TracedValues):
    """The nodes so far, and which node computes which tensor.

    Tensors that do not depend on the input are *static*: they never become nodes by
    themselves, they remember the parameters they come from.

    Args:
        parameters: The tensors that stand for the learned parameters, by name.
        constants: Further tensors that exist before the network runs.
        batch: How many samples the inputs hold, where this is known to be more than one.
    """

    def __init__(
        self, parameters: Mapping[str, Tensor], constants: Iterable[Tensor], batch: int = 1
    ) -> None:
        super().__init__(parameters, constants, batch)
        self.builder = GraphBuilder()
        self.views = Views()
        self._sources: dict[int, int] = {}
        self.unannounced = False  # whether a tensor with numbers came from nowhere
        self.tensors: dict[int, tuple[Tensor | None, ...]] = {}  # weights of nodes
        self._ends: list[str] = []
        self._end_arguments: list[int] = []

    def enter_layer(self, name: str) -> None:
        """Take the next nodes for those of a layer."""
        self.builder.layer = name

    def overwrite(self, whole: Tensor, part: Tensor) -> None:
        """Make some elements of `whole` those of `part`; the node is added when they are used."""
        axis = self.axis(whole)
        before, after = self._values.get(id(whole)), self._values[id(part)]

        def add() -> int:
            first = self._source(whole, -1) if before is None else before.index()
            return self.builder.add_node(
                Op.WHERE,
                (first, after.index()),
                shape_of(one_sample(whole.shape, batch, self.batch), axis),
                not_executable="elements are overwritten in place",
            )

        batch = after.batch if before is None else before.batch
        self.bind(whole, axis, add, batch)
        self._values[id(whole)].written = after

    def has_written(self, whole: Tensor, part: Tensor) -> bool:
        """Tell whether elements of `whole` were just overwritten by `part`.

        Python's `x[:4] += 1` changes a part in place, and then writes that part once more.
        """
        value = self._values.get(id(whole))
        written = None if value is None else value.written
        return written is not None and written is self._values.get(id(part))

    def snapshot(self, tensor: Tensor) -> Tensor:
        """Return a tensor that stays what another is now, whatever is written to that."""
        value = self._values.get(id(tensor))
        if value is None:
            return tensor
        still = self.blank(*tensor.shape)
        self._values[id(still)] = value
        self._alive.append(still)
        return still

    def end(self, function: str, arguments: Iterable[Tensor], outputs: Iterable[Tensor]) -> None:
        """End the counted part at a function whose result has a size that depends on the data."""
        self._ends.append(function)
        self._end_arguments += [self.node(t) for t in arguments if self.depends_on_input(t)]
        self.leave_out(outputs)

    @property
    def has_end(self) -> bool:
        """Whether the counted part has ended somewhere."""
        return bool(self._ends)

    @property
    def ends(self) -> tuple[str, ...]:
        """The functions at which the counted part ends."""
        return tuple(dict.fromkeys(self._ends))

    def also(self, outputs: Iterable[Tensor], first: Tensor) -> None:
        """Note further results of the node that computes `first`."""
        for result, output in enumerate(outputs, start=1):
            batch = self._batch_beside(output, first)
            self.bind(output, max(output.dim() - 1, 0), self.node(first), batch)
            self._values[id(output)].result = result

    def _batch_beside(self, output: Tensor, first: Tensor) -> BatchAxis | None:
        """Find the batch in a further result: the one axis that has its size."""
        value = self._values.get(id(first))
        if value is None or value.batch is None:
            return None
        size = first.shape[value.batch.axis]
        axes = [axis for axis, n in enumerate(output.shape) if n == size]
        if not axes:
            raise BatchError("a further result loses it")
        return BatchAxis(1 if 1 in axes and output.dim() == first.dim() == 3 else axes[0])

    def node(self, tensor: Tensor, axis_from_end: int = -1, batch: BatchAxis | None = None) -> int:
        """Return the node that computes `tensor`, added now if it has none yet.

        Args:
            tensor: Any tensor; a static one becomes a source node.
            axis_from_end: Where a static tensor has its channels, as a negative number.
            batch: Where a static tensor is repeated for every sample.
        """
        value = self._values.get(id(tensor))
        return self._source(tensor, axis_from_end, batch) if value is None else value.index()

    def _source(self, tensor: Tensor, axis_from_end: int, batch: BatchAxis | None = None) -> int:
        if id(tensor) not in self._sources:
            self.unannounced |= not tensor.is_meta and not self.knows(tensor)
            dims = one_sample(tensor.shape, batch, self.batch)
            self._note_use(tensor, len(self.builder.shapes))
            shape = source_shape(dims, axis_from_end)
            self._sources[id(tensor)] = self.builder.add_node(
                Op.PARAMETER if self._owners.get(id(tensor)) else Op.CONSTANT,
                (),
                shape,
                parameters=self._claim(tensor),
                **source_details(dims, shape),
                **({} if batch else self._numbers(tensor)),
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
        mixes: Sequence[int] = (),
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
            mixes: Axes of its first argument along which the operation joins elements,
                where `details` do not say so.

        Raises:
            BatchError: The operation mixes samples of a batch.
        """
        mixed = (*mixes, read_axis) if read_axis is not None else mixes
        batch = self.batch_after(op, inputs, output, details, mixed)
        if axis is None:
            axis = self._inherited_axis(inputs, output)
        dynamic = [w for w in weights if w is not None and self.depends_on_input(w)]
        arguments = [
            self.node(t, axis - output.dim(), beside(t.shape, output.shape, batch))
            for t in (*inputs, *dynamic)
        ]
        index = len(self.builder.shapes)
        parameters = sum(self._claim(w) for w in weights if w is not None)
        if weights and weights[0] is not None:
            self._note_use(weights[0], index)
        if any(results := [self._result(t) for t in (*inputs, *dynamic)]):
            details = {**details, "results": results}
        node = self.builder.add_node(
            op,
            arguments,
            shape_of(one_sample(output.shape, batch, self.batch), axis),
            attributes,
            parameters,
            None if read_axis is None else shape_of(self.dims(inputs[0]), read_axis),
            **details,
        )
        self.bind(output, axis, node, batch)
        if weights:
            self.tensors[node] = tuple(weights)

    def _result(self, tensor: Tensor) -> int:
        """Return which result of its node `tensor` is."""
        value = self._values.get(id(tensor))
        return value.result if value else 0

    def _numbers(self, tensor: Any) -> dict[str, Any]:
        """State the numbers of a small or uniform constant that has any."""
        if tensor.is_meta or not tensor.numel() or self._owners.get(id(tensor)):
            return {}
        if element_type_of(tensor) not in _PLAIN_TYPES:
            return {}
        first = tensor.flatten()[:1]
        if tensor.numel() <= _FEW or bool((tensor == first).all()):
            values = tensor if tensor.numel() <= _FEW else first
            return {"values": values.flatten().tolist()}
        return {}

    def blank(self, *shape: int) -> Tensor:
        """Make a tensor between two nodes that one function stands for."""
        return StatedTensor(shape)

    def _inherited_axis(self, inputs: Sequence[Tensor], output: Tensor) -> int:
        """Place the channels of `output` where its largest argument has them."""
        known = [t for t in inputs if self.depends_on_input(t)] or list(inputs)
        largest = max(known, key=lambda tensor: tensor.numel())
        axis = self.axis(largest) - largest.dim() + output.dim()
        return min(max(axis, 0), max(output.dim() - 1, 0))

    def input(self, tensor: Tensor, batch: BatchAxis | None = None) -> None:
        """Make `tensor` an input of the network, its channels second.

        Args:
            tensor: The input.
            batch: Place of the batch, where it holds several samples.
        """
        axis = min(1, max(tensor.dim() - 1, 0))
        dims = one_sample(tensor.shape, batch, self.batch)
        shape = shape_of(dims, axis)
        node = self.builder.add_node(Op.INPUT, (), shape, **input_details(dims, shape))
        self.bind(tensor, axis, node, batch)

    def graph(self, outputs: Sequence[Tensor], name: str) -> ComputationGraph:
        """Finish the graph.

        Args:
            outputs: Results of the network.
            name: A name for the graph.
        """
        for output in outputs:
            if not output.numel():
                continue
            if self.batch > 1 and not self._holds_batch(output):
                raise BatchError("a result has none")
            if not self.is_left_out(output):
                node = self.builder.output(self.node(output))
                if result := self._result(output):
                    self.builder.state(node, results=[result])
        if self._ends:
            details: dict[str, Any] = {"function": self._ends[0]}
            if self.leaves_work:
                details["lower_bound"] = True
            places = list(dict.fromkeys(self._end_arguments))
            self.builder.output(self.builder.add_node(Op.OTHER, places, (1, 1, 1), **details))
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
