"""Dimensions, channels, batch and static numbers of the values of an ONNX graph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType
from typing import NamedTuple

from gennape.frontends.batch_axis import BatchAxis, Operand, batch_after, one_sample
from gennape.frontends.errors import FrontendError
from gennape.frontends.layout import shape_of
from gennape.frontends.onnx.document import Dims, OnnxNode
from gennape.frontends.onnx.extent import Extent
from gennape.frontends.onnx.static import StaticTensors
from gennape.graph import Op
from gennape.utils.array_types import AnyArray


class ConvertedValue(NamedTuple):
    """The node of a value, where it has its channels and its batch, and which result it is."""

    node: int
    axis: int
    batch: BatchAxis | None = None
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
        extent: Where its counted part ends.
    """

    name: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    nodes: Sequence[OnnxNode]
    dims: Mapping[str, Dims]
    static: StaticTensors
    extent: Extent

    def fresh(self) -> "OnnxNetwork":
        """Return the network with no learned tensor claimed yet."""
        return replace(self, static=self.static.unclaimed())


NO_DETAILS: Mapping[str, object] = MappingProxyType({})


class OnnxValues:
    """The values of one ONNX graph.

    Args:
        network: The prepared graph.
        batch: How many samples its inputs hold, where this is known to be more than one.
        place: Which axis of them holds these.
    """

    def __init__(self, network: OnnxNetwork, batch: int, place: BatchAxis | None) -> None:
        self.static = network.static
        self._network = network
        self._dims = dict(network.dims)
        self._values: dict[str, ConvertedValue] = {}
        self._batch = batch
        self._place = place
        self._used = {name for node in network.nodes for name in node.used_names}
        self._used.update(network.outputs)
        self._extent = network.extent

    def _is_counted(self, name: str) -> bool:
        return self.is_dynamic(name) and name not in self._extent.uncounted

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

    def place(self, name: str) -> BatchAxis | None:
        """Return the place of the batch in a value, where it holds several samples."""
        value = self._values.get(name)
        return value.batch if value else None

    def sample_dims(self, name: str) -> Dims:
        """Return the dimensions of one sample of a value, the batch kept as 1."""
        return one_sample(self.dims(name), self.place(name), self._batch)

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

    def batch_after(
        self,
        op: Op,
        inputs: Sequence[str],
        after: Dims,
        *,
        details: Mapping[str, object] = NO_DETAILS,
        mixes: Sequence[int] = (),
    ) -> BatchAxis | None:
        """Find the batch in the result of an operation.

        Raises:
            BatchError: Samples are mixed, or the batch is not found again.
        """
        if self._batch == 1:
            return None
        operands = [Operand(self.dims(name), self.place(name)) for name in inputs]
        return batch_after(op, operands, after, self._batch, details=details, mixes=mixes)

    def one_sample(self, dims: Dims, place: BatchAxis | None) -> Dims:
        """Return `dims` with one sample where the batch is."""
        return one_sample(dims, place, self._batch)

    def _inherited_axis(self, inputs: Sequence[str], dims: Dims) -> int:
        """Place the channels of a result where its largest argument has them."""
        known = [name for name in inputs if self.is_dynamic(name)] or inputs
        largest = max(known, key=lambda name: prod(self.dims(name)))
        axis = self.axis(largest) - len(self.dims(largest)) + len(dims)
        return min(max(axis, 0), max(len(dims) - 1, 0))

    def _shape(self, dims: Dims, axis: int, place: BatchAxis | None) -> tuple[int, int, int]:
        """Return (C, H, W) of one sample."""
        return shape_of(one_sample(dims, place, self._batch), axis)
