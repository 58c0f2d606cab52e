"""Writes the nodes of an ONNX graph down as a computation graph."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from gennape.frontends.errors import FrontendError
from gennape.frontends.layout import shape_of, source_details, source_shape
from gennape.frontends.onnx.document import Dims, OnnxNode
from gennape.frontends.onnx.static import StaticTensors
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.arrays import NO_ATTRIBUTES
from gennape.utils.array_types import AnyArray


class ConvertedValue(NamedTuple):
    """The node that computes a value, where it has its channels, and which result it is."""

    node: int
    axis: int
    result: int = 0


@dataclass(frozen=True)
class OnnxNetwork:
    """A prepared ONNX graph.

    Attributes:
        name: Its name in messages: the path of the file.
        inputs: Names of the network's inputs.
        outputs: Names of its results.
        nodes: Operator calls in topological order.
        dims: Known dimensions of values.
        static: The tensors that do not depend on the inputs.
    """

    name: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    nodes: Sequence[OnnxNode]
    dims: Mapping[str, Dims]
    static: StaticTensors


_FEW = 64
"""Constants of up to so many numbers are stated in the graph."""
NO_DETAILS: Mapping[str, object] = MappingProxyType({})

OnnxRule = Callable[["OnnxConverter", OnnxNode], None]
AnyOnnxRule = TypeVar("AnyOnnxRule", bound=OnnxRule)

RULES: dict[str, OnnxRule] = {}
"""Which rule writes down which ONNX operator."""


def converts(*operators: str) -> Callable[[AnyOnnxRule], AnyOnnxRule]:
    """Make the decorated function the rule of the ONNX operators called so."""

    def register(rule: AnyOnnxRule) -> AnyOnnxRule:
        RULES.update(dict.fromkeys(operators, rule))
        return rule

    return register


class OnnxConverter:
    """Collects the nodes of one ONNX graph.

    Args:
        network: The prepared graph.
    """

    def __init__(self, network: OnnxNetwork) -> None:
        self.builder = GraphBuilder()
        self.static = network.static
        self._network = network
        self._dims = dict(network.dims)
        self._values: dict[str, ConvertedValue] = {}
        self.tensors: dict[int, tuple[str, ...]] = {}  # static tensors of nodes, by name
        self._batch = 1
        self._used = {name for node in network.nodes for name in node.used_names}
        self._used.update(network.outputs)

    def graph(self, name: str) -> ComputationGraph:
        """Convert the whole network.

        Raises:
            FrontendError: The shape of a value is unknown.
            GraphError: The nodes do not make a network.
        """
        for position, value in enumerate(self._network.inputs):
            self._input(value, is_first=position == 0)
        for node in self._network.nodes:
            if any(self.is_dynamic(output) for output in node.outputs):
                RULES.get(node.op, convert_other)(self, node)
        for value in self._network.outputs:
            output = self.builder.output(self.argument(value))
            if results := self._results([value]):
                self.builder.state(output, results=results)
        return self.builder.build(name)

    def _input(self, name: str, is_first: bool) -> None:
        dims = self.dims(name)
        if is_first and len(dims) > 1:
            self._batch = dims[0]
        axis = 3 if _is_channels_last(dims) else min(1, len(dims) - 1)
        shape = self._shape(dims, axis)
        details: dict[str, Any] = {} if dims[1:] == shape else {"shape": list(dims[1:])}
        node = self.builder.add_node(Op.INPUT, (), shape, **details)
        self._values[name] = ConvertedValue(node, axis)

    def dims(self, name: str) -> Dims:
        """Return dimensions of a value.

        Raises:
            FrontendError: They are unknown.
        """
        dims = self._dims.get(name)
        if dims is None:
            raise FrontendError(
                f"{self._network.name}: the shape of {name!r} is unknown; "
                "give the size of the input with --input CxHxW, or export with fixed sizes"
            )
        return dims

    def is_dynamic(self, name: str) -> bool:
        """Tell whether a value depends on the network's input."""
        return bool(name) and name not in self.static

    def is_used(self, name: str) -> bool:
        """Tell whether anything reads a value."""
        return name in self._used

    def is_scalar(self, name: str) -> bool:
        """Tell whether a value is one static number."""
        return name in self.static and all(size == 1 for size in self.dims(name))

    def scalar(self, name: str) -> float | None:
        """Return the number that a static value holds, or None if it is unknown."""
        value = self.static.value(name) if name else None
        return None if value is None or value.size != 1 else float(value.ravel()[0])

    def setting(self, node: OnnxNode, attribute: str, position: int) -> list[int] | None:
        """Return integers that an operator takes as an attribute or, since later, as an input."""
        if attribute in node.attributes:
            found = node.attributes[attribute]
            return [found] if isinstance(found, int) else list(found)
        if len(node.inputs) > position and node.inputs[position]:
            return self.static.integers(node.inputs[position])
        return None

    def constant(self, node: OnnxNode, position: int) -> AnyArray | None:
        """Return the small static value of an argument, or None."""
        given = len(node.inputs) > position and node.inputs[position]
        return self.static.value(node.inputs[position]) if given else None

    def axis(self, name: str) -> int:
        """Return position of the channels of a value; the last one of a static value."""
        value = self._values.get(name)
        return value.axis if value else max(len(self.dims(name)) - 1, 0)

    def argument(self, name: str, axis_from_end: int = -1) -> int:
        """Return the node that computes a value; a static value becomes a source node.

        Args:
            name: The value.
            axis_from_end: Where a static value has its channels, as a negative number.
        """
        value = self._values.get(name)
        return value.node if value else self._source(name, axis_from_end)

    def _source(self, name: str, axis_from_end: int) -> int:
        """Add a source for one use: exporters store equal tensors once, used or shared."""
        dims = self.dims(name)
        shape = source_shape(dims, axis_from_end)
        op, parameters = Op.CONSTANT, 0
        if self.static.is_learned(name):
            op, parameters = Op.PARAMETER, self.static.claim(name)
        details = source_details(dims, shape)
        if op is Op.CONSTANT:
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
        output_dims: Dims | None = None,
        details: Mapping[str, object] = NO_DETAILS,
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
            output_dims: Dimensions of the result, where the file does not name it.
            details: Rare attributes.
        """
        dims = self.dims(output) if output_dims is None else output_dims
        if axis is None:
            axis = self._inherited_axis(inputs, dims)
        names = (*inputs, *filter(self.is_dynamic, weights))
        arguments = [self.argument(name, axis - len(dims)) for name in names]
        read = None if read_axis is None else self._shape(self.dims(inputs[0]), read_axis)
        parameters = self.static.claim(*weights)
        shape = self._shape(dims, axis)
        node = self.builder.add_node(op, arguments, shape, attributes, parameters, read, **details)
        if results := self._results(names):
            self.builder.state(node, results=results)
        if weights:
            self.tensors[node] = tuple(weights)
        self._values[output] = ConvertedValue(node, axis)
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
        for result, name in enumerate(outputs, start=1):
            if name:
                node = self._values[first].node
                self._values[name] = ConvertedValue(node, self.axis(first), result)

    def _inherited_axis(self, inputs: Sequence[str], dims: Dims) -> int:
        """Place the channels of a result where its largest argument has them."""
        known = [name for name in inputs if self.is_dynamic(name)]
        largest = max(known, key=lambda name: prod(self.dims(name)))
        axis = self.axis(largest) - len(self.dims(largest)) + len(dims)
        return min(max(axis, 0), max(len(dims) - 1, 0))

    def _shape(self, dims: Dims, axis: int) -> tuple[int, int, int]:
        """Return (C, H, W) of one sample."""
        if axis > 0 and dims[0] == self._batch:
            dims = (1, *dims[1:])
        return shape_of(dims, axis)


def convert_other(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write an operator outside the vocabulary; it owns the weights it is given."""
    weights = [name for name in node.used_names if not converter.is_dynamic(name)]
    inputs = [name for name in node.used_names if converter.is_dynamic(name)]
    learned = [name for name in weights if converter.static.is_learned(name)]
    converter.emit(
        Op.OTHER, inputs, node.outputs[0], weights=learned, details={"function": node.op}
    )
    converter.also(node.outputs[1:], node.outputs[0])


def _is_channels_last(dims: Dims) -> bool:
    """Tell whether an image input has its colours last, as TensorFlow has them."""
    return len(dims) == 4 and dims[3] in (1, 3, 4) and dims[1] not in (1, 3, 4)
