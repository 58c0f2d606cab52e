"""Writes the nodes of an ONNX graph down as a computation graph."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from gennape.frontends.batch_axis import (
    BatchAxis,
    BatchError,
    beside,
)
from gennape.frontends.errors import FrontendError
from gennape.frontends.layout import input_details, shape_of, source_details, source_shape
from gennape.frontends.onnx.document import Dims, OnnxNode
from gennape.frontends.onnx.tensor_part import TensorPart
from gennape.frontends.onnx.values import NO_DETAILS, ConvertedValue, OnnxNetwork, OnnxValues
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.arrays import NO_ATTRIBUTES
from gennape.utils.errors import one_line

_FEW = 64
"""Constants of up to so many numbers are stated in the graph."""

OnnxRule = Callable[["OnnxConverter", OnnxNode], None]
AnyOnnxRule = TypeVar("AnyOnnxRule", bound=OnnxRule)

RULES: dict[tuple[str, str], OnnxRule] = {}
"""Which rule writes down which operator, by its domain and name."""


def converts(*operators: str, domain: str = "") -> Callable[[AnyOnnxRule], AnyOnnxRule]:
    """Make the decorated function the rule of the operators called so."""

    def register(rule: AnyOnnxRule) -> AnyOnnxRule:
        RULES.update({(domain, operator): rule for operator in operators})
        return rule

    return register


class OnnxConverter(OnnxValues):
    """Collects the nodes of one ONNX graph.

    Args:
        network: The prepared graph.
        batch: How many samples its inputs hold, where this is known to be more than one.
        place: Which axis of them holds these.
    """

    def __init__(
        self, network: OnnxNetwork, batch: int = 1, place: BatchAxis | None = None
    ) -> None:
        super().__init__(network, batch, place)
        self.builder = GraphBuilder()
        self.tensors: dict[int, tuple[str | TensorPart, ...]] = {}  # static tensors of nodes
        self._at_end: list[str] = []

    def graph(self, name: str) -> ComputationGraph:
        """Convert the whole network.

        Raises:
            FrontendError: The shape of a value is unknown.
            GraphError: The nodes do not make a network.
        """
        for value in self._network.inputs:
            self._input(value)
        for node in self._network.nodes:
            self.builder.layer = node.layer
            if node in self._extent.ends:
                self._end(node)
            elif any(map(self._is_counted, node.outputs)):
                self._convert(node)
        self.builder.layer = ""
        results = filter(lambda name: name not in self._extent.uncounted, self._network.outputs)
        for value in [*results, *self._at_end]:
            if self._batch > 1 and self.place(value) is None:
                raise BatchError("a result has none")
            output = self.builder.output(self.argument(value))
            if found := self._results([value]):
                self.builder.state(output, results=found)
        return self.builder.build(name)

    def _convert(self, node: OnnxNode) -> None:
        """Write one node.

        Raises:
            FrontendError: It cannot be read; names it.
        """
        try:
            RULES.get((node.domain, node.op), convert_other)(self, node)
        except (BatchError, FrontendError):
            raise
        except Exception as error:
            raise FrontendError(
                f"{self._network.name}: {node.title} cannot be read ({one_line(error)}); "
                "check the file, or export it again"
            ) from error

    def _end(self, node: OnnxNode) -> None:
        """End the counted part at a node whose result has no known size."""
        inputs = [name for name in node.used_names if self._is_counted(name)]
        end = f"{node.outputs[0]}/end"
        details: dict[str, Any] = {"function": node.op}
        if self._extent.leaves_work:
            details["lower_bound"] = True
        if not inputs:
            raise FrontendError(
                f"{self._network.name}: {node.title} has a result of unknown size and no input "
                "before it that could be counted; export the network with fixed sizes"
            )
        nodes = [self.argument(name) for name in inputs]
        index = self.builder.add_node(Op.OTHER, nodes, (1, 1, 1), **details)
        self._values[end] = ConvertedValue(index, 0, self.place(inputs[0]))
        self._at_end.append(end)

    def _input(self, name: str) -> None:
        dims = self.dims(name)
        axis = 3 if _is_channels_last(dims) else min(1, max(len(dims) - 1, 0))
        place = self._place if dims else None
        shape = self._shape(dims, axis, place)
        details = input_details(self.one_sample(dims, place), shape)
        node = self.builder.add_node(Op.INPUT, (), shape, **details)
        self._values[name] = ConvertedValue(node, axis, place)

    def argument(self, name: str, axis_from_end: int = -1) -> int:
        """Return the node that computes a value; a static value becomes a source node.

        Args:
            name: The value.
            axis_from_end: Where a static value has its channels, as a negative number.
        """
        value = self._values.get(name)
        return value.node if value else self._source(name, axis_from_end)

    def note(self, name: str, dims: Dims) -> None:
        """Note the dimensions of a value that the file does not name."""
        self._dims[name] = dims

    def learned(self, name: str, dims: Dims, parameters: int, tensor: TensorPart) -> None:
        """Add a learned source that the file does not name."""
        self.note(name, dims)
        shape = source_shape(dims, -1)
        details = source_details(dims, shape)
        node = self.builder.add_node(Op.PARAMETER, (), shape, parameters=parameters, **details)
        self.tensors[node] = (tensor,)
        self._values[name] = ConvertedValue(node, len(dims) - 1)

    def _operand(
        self, name: str, axis_from_end: int, output_dims: Dims, place: BatchAxis | None
    ) -> int:
        """Return the node of an argument; a source may be repeated for every sample."""
        if place is None or name in self._values:
            return self.argument(name, axis_from_end)
        return self._source(name, axis_from_end, beside(self.dims(name), output_dims, place))

    def _source(self, name: str, axis_from_end: int, place: BatchAxis | None = None) -> int:
        """Add a source for one use: exporters store equal tensors once, used or shared."""
        dims = self.one_sample(self.dims(name), place)
        shape = source_shape(dims, axis_from_end)
        op, parameters = Op.CONSTANT, 0
        if self.static.is_learned(name):
            op, parameters = Op.PARAMETER, self.static.claim(name)
        details = source_details(dims, shape)
        if op is Op.CONSTANT and place is None:
            details |= self._numbers(name)
        node = self.builder.add_node(op, (), shape, parameters=parameters, **details)
        self.tensors[node] = (name,)
        return node

    def _numbers(self, name: str) -> dict[str, list[float]]:
        """State the numbers of a small or uniform constant, where they are known."""
        value = self.static.value(name)
        if value is None or not value.size or value.dtype.kind not in "bif":
            return {}
        if value.size > _FEW and (value != value.flat[0]).any():
            return {}
        numbers = value.ravel() if value.size <= _FEW else value.ravel()[:1]
        return {"values": numbers.tolist()}

    def emit(
        self,
        op: Op,
        inputs: Sequence[str],
        output: str,
        *,
        axis: int | None = None,
        read_axis: int | None = None,
        attributes: tuple[int, ...] = NO_ATTRIBUTES,
        weights: Sequence[str] = (),
        parameters: int = 0,
        tensors: Sequence[TensorPart] = (),
        output_dims: Dims | None = None,
        details: Mapping[str, object] = NO_DETAILS,
        mixes: Sequence[int] = (),
    ) -> None:
        """Add the node that computes `output`.

        Args:
            op: The operation.
            inputs: Names of its arguments, in order.
            output: Name of its result.
            axis: Position of the channels in the result; as in the largest argument
                unless given.
            read_axis: Where the operation itself takes the channels of its first
                argument to be, if it has an opinion.
            attributes: Kernel, stride, padding, dilation, groups, bias.
            weights: Weight and bias: learned ones are counted on the node, those that
                depend on the input become further arguments.
            parameters: How many learned numbers it owns beside these.
            tensors: Where these are stored.
            output_dims: Dimensions of the result, where the file does not name it.
            details: Rare attributes.
            mixes: Axes of its first argument along which the operation joins elements,
                where `details` do not say so.

        Raises:
            BatchError: The operation mixes samples of a batch.
        """
        dims = self.dims(output) if output_dims is None else output_dims
        if axis is None:
            axis = self._inherited_axis(inputs, dims)
        names = (*inputs, *filter(self.is_dynamic, weights))
        mixed = mixes if read_axis is None else (*mixes, read_axis)
        place = self.batch_after(op, inputs, dims, details=details, mixes=mixed)
        arguments = [self._operand(name, axis - len(dims), dims, place) for name in names]
        read = None if read_axis is None else shape_of(self.sample_dims(inputs[0]), read_axis)
        parameters += self.static.claim(*weights)
        shape = self._shape(dims, axis, place)
        node = self.builder.add_node(op, arguments, shape, attributes, parameters, read, **details)
        if results := self._results(names):
            self.builder.state(node, results=results)
        if weights or tensors:
            self.tensors[node] = (*weights, *tensors)
        self._values[output] = ConvertedValue(node, axis, place)
        self._dims[output] = dims

    def _results(self, names: Sequence[str]) -> list[int]:
        """Which results of their nodes some values are; nothing where all are the first."""
        results = [self._values[n].result if n in self._values else 0 for n in names]
        return results if any(results) else []

    def keep(self, output: str, *tensors: str) -> None:
        """Remember further tensors, not learned, that the node of `output` works with."""
        self.tensors[self._values[output].node] += tensors

    def also(self, outputs: Sequence[str], first: str) -> None:
        """Note further results of the node that computes `first`."""
        value = self._values[first]
        for result, name in enumerate(outputs, start=1):
            if name:
                place = value.batch and self._batch_beside(name, self.dims(first)[value.batch.axis])
                self._values[name] = value._replace(batch=place, result=result)

    def _batch_beside(self, name: str, size: int) -> BatchAxis:
        """Find the batch in a further result: the last but one axis that has its size, or any."""
        dims = self.dims(name)
        axes = [axis for axis, n in enumerate(dims) if n == size]
        if not axes:
            raise BatchError("a further result loses it")
        return BatchAxis(len(dims) - 2 if len(dims) - 2 in axes else axes[0])


def convert_other(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write an operator outside the vocabulary; it owns the weights it is given."""
    weights = [name for name in node.used_names if not converter.is_dynamic(name)]
    inputs = [name for name in node.used_names if converter.is_dynamic(name)]
    learned = [name for name in weights if converter.static.is_learned(name)]
    details: dict[str, object] = {"function": node.op}
    if learned or node.bodies:
        details["lower_bound"] = True
    converter.emit(Op.OTHER, inputs, node.outputs[0], weights=learned, details=details)
    converter.also(node.outputs[1:], node.outputs[0])


def _is_channels_last(dims: Dims) -> bool:
    """Tell whether an image input has its colours last, as TensorFlow has them."""
    return len(dims) == 4 and dims[3] in (1, 3, 4) and dims[1] not in (1, 3, 4)
