"""A network written down node by node; blocks of nodes are recorded once and copied."""

from array import array
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from gennape.graph.arrays import ATTRIBUTE_COLUMNS, NO_ATTRIBUTES
from gennape.graph.attributes import MUST_STATE, SCHEMAS, UNUSED_NUMBERS
from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.node import Node
from gennape.graph.operations import Op
from gennape.graph.validation import CheckedDetails, GraphError

Shape = tuple[int, int, int]
"""Channels, height, width. A sequence of N tokens with C channels is (C, N, 1)."""

_OUTSIDE = -1
"""In place of a node: what the block reads."""
_LONGEST_NAME = 255
"""Characters of the name of a layer; tables are as wide as the longest."""
_MOST_FITTING = 4096
_FITTING: set[tuple[int, tuple[int, ...]]] = set()
"""Operations with numbers that were found to be theirs."""


class CachedBlock(NamedTuple):
    """Nodes that read one node outside and one another, numbered from 0.

    Attributes:
        shapes: Output shape of each.
        operations: Of each.
        attributes: Twelve numbers and two shapes of each.
        parameters: Of each.
        sources: Node that each edge comes from.
        targets: Node that it goes to.
        details: Rare attributes by node.
        result: The node that others read.
    """

    shapes: list[Shape]
    operations: "array[int]"
    attributes: "array[int]"
    parameters: "array[int]"
    sources: list[int]
    targets: list[int]
    details: dict[int, dict[str, Any]]
    result: int


class NodeWriter:
    """Collects nodes in topological order.

    Attributes:
        shapes: Output shape of each node so far.
        layer: Name of the part of the network that the next nodes stand in, or empty; its first
            255 characters are kept.
    """

    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self.layer = ""
        self._layers: dict[int, str] = {}
        self._operations = array("h")
        self._attributes = array("i")
        self._parameters = array("q")
        self._sources = array("i")
        self._targets = array("i")
        self._details: dict[int, dict[str, Any]] = {}

    def add_node(
        self,
        op: Op,
        arguments: Sequence[int],
        shape: Shape,
        /,
        attributes: tuple[int, ...] = NO_ATTRIBUTES,
        parameters: int = 0,
        input_shape: Shape | None = None,
        **details: Any,
    ) -> int:
        """Add any node.

        Args:
            op: The operation.
            arguments: Nodes whose results it takes, in order.
            shape: Output shape (C, H, W).
            attributes: Kernel, stride, padding, dilation, groups, bias: 12 numbers.
            parameters: Learned numbers the node owns.
            input_shape: Shape of the first argument as the operation reads it; the
                argument's own shape unless given.
            details: Rare attributes, plain JSON values: those that the operation has
                (`gennape.graph.attributes`).

        Returns:
            The index of the new node.

        Raises:
            GraphError: An attribute is unknown to the operation, of another type, or missing.
        """
        node = len(self.shapes)
        if details or MUST_STATE[op]:
            _check(node, op, details, len(arguments))
        if attributes is not NO_ATTRIBUTES and (op, attributes) not in _FITTING:
            _check_numbers(node, op, attributes)
        if input_shape is None:
            input_shape = self.shapes[arguments[0]] if arguments else shape
        self.shapes.append(shape)
        self._operations.append(op)
        try:  # `fromlist` takes less than half the time of `extend`
            self._attributes.fromlist([*attributes, *input_shape, *shape])
            self._parameters.append(parameters)
        except OverflowError as error:
            raise GraphError(
                f"node {node} ({op.name.lower()}) has a size beyond 2**31 or parameters beyond "
                f"2**63 (input {list(input_shape)}, output {list(shape)})"
            ) from error
        self._sources.fromlist([*arguments])
        self._targets.fromlist([node] * len(arguments))
        if details:
            self._details[node] = details
        if self.layer:
            self._layers[node] = self.layer[:_LONGEST_NAME]
        return node

    def copy_node(self, node: Node, arguments: Sequence[int]) -> int:
        """Add a node like one of another graph.

        Args:
            node: What is copied, all but its arguments.
            arguments: Nodes whose results it takes, in order.

        Returns:
            The index of the new node.
        """
        window = (*node.kernel, *node.stride, *node.padding, *node.dilation)
        self.layer = node.layer
        return self.add_node(
            node.op,
            arguments,
            node.output_shape,
            attributes=(*window, node.groups, int(node.bias)),
            parameters=node.parameters,
            input_shape=node.input_shape,
            **node.details,
        )

    def state(self, node: int, **details: Any) -> None:
        """Add details to a node that is there.

        Raises:
            GraphError: The operation does not have them.
        """
        stated = {**self._details.get(node, {}), **details}
        _check(node, Op(self._operations[node]), stated, 2)
        self._details[node] = stated

    def repeat(self, block: Callable[[int], int], x: int, times: int) -> int:
        """Add a block several times, each on the result of the one before.

        The block is written down once and copied, in a fraction of the time.

        Args:
            block: Adds nodes that read its argument and one another, and returns the last.
            x: What the first one reads.
            times: How often.

        Returns:
            The result of the last one.

        Raises:
            GraphError: The block reads other nodes, or its result has another shape than `x`.
        """
        result, written = self.record_block(block, x)
        if result == x or self.shapes[result] != self.shapes[x]:
            raise GraphError("a block is repeated only if it makes a new tensor of the same shape")
        for _ in range(times - 1):
            result = self.copy_block(written, result)
        return result

    def record_block(self, block: Callable[[int], int], x: int) -> tuple[int, CachedBlock]:
        """Add a block, and keep what it adds.

        Args:
            block: Adds nodes that read its argument and one another, and returns one of them.
            x: What it reads.

        Returns:
            Its result, and the block to be copied.

        Raises:
            GraphError: The block reads other nodes.
        """
        start, first_edge = len(self.shapes), len(self._sources)
        result = block(x)
        sources = self._sources[first_edge:]
        if any(source < start and source != x for source in (*sources, result)):
            raise GraphError("a block can be written again only if it reads no other node")
        written = CachedBlock(
            self.shapes[start:],
            self._operations[start:],
            self._attributes[start * ATTRIBUTE_COLUMNS :],
            self._parameters[start:],
            [_OUTSIDE if source < start else source - start for source in sources],
            [target - start for target in self._targets[first_edge:]],
            {node - start: own for node, own in self._details.items() if node >= start},
            _OUTSIDE if result < start else result - start,
        )
        return result, written

    def copy_block(self, block: CachedBlock, x: int) -> int:
        """Add a block that was recorded before.

        Args:
            block: As `record_block` gave it.
            x: What it reads, of the same shape as then.

        Returns:
            Its result.
        """
        start = len(self.shapes)
        self.shapes += block.shapes
        self._operations += block.operations
        self._attributes += block.attributes
        self._parameters += block.parameters
        self._sources.fromlist(
            [x if source == _OUTSIDE else source + start for source in block.sources]
        )
        self._targets.fromlist([target + start for target in block.targets])
        for node, details in block.details.items():
            self._details[node + start] = details
        return x if block.result == _OUTSIDE else block.result + start

    def build(self, name: str = "") -> ComputationGraph:
        """The finished graph.

        Raises:
            GraphError: The nodes do not make a network.
        """
        attributes = np.frombuffer(self._attributes, dtype=np.int32)
        return ComputationGraph(
            operations=np.frombuffer(self._operations, dtype=np.int16),
            attributes=attributes.reshape(-1, ATTRIBUTE_COLUMNS),
            node_parameters=np.frombuffer(self._parameters, dtype=np.int64),
            edges=np.stack(
                [
                    np.frombuffer(self._sources, dtype=np.int32),
                    np.frombuffer(self._targets, dtype=np.int32),
                ]
            ),
            details=CheckedDetails(self._details),
            name=name,
            layers=self._all_layers(),
        )

    def _all_layers(self) -> tuple[str, ...]:
        """The layer of each node; none if none was named."""
        if not self._layers:
            return ()
        return tuple(self._layers.get(node, "") for node in range(len(self.shapes)))


def _check_numbers(node: int, op: Op, attributes: tuple[int, ...]) -> None:
    """Refuse numbers that the operation does not have; others need no second look."""
    for number, plain, is_unused in zip(
        attributes, NO_ATTRIBUTES, UNUSED_NUMBERS[op].tolist(), strict=True
    ):
        if is_unused and number != plain:
            raise GraphError(
                f"node {node} ({op.name.lower()}) is given numbers that it does not have: "
                f"{attributes}"
            )
    if len(_FITTING) < _MOST_FITTING:
        _FITTING.add((op, attributes))


def _check(node: int, op: Op, details: dict[str, Any], arguments: int) -> None:
    """Refuse details that the operation does not have, and others that it must state."""
    schema = SCHEMAS[op]
    problem = schema.problem(details)
    if MUST_STATE[op] and not problem:
        problem = schema.missing(details, arguments)
    if problem:
        raise GraphError(f"node {node} ({op.name.lower()}) {problem}")
