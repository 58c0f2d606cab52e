"""One node with names for its columns, for code that walks a graph node by node."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from gennape.graph.arrays import (
    BIAS,
    DILATION,
    GROUPS,
    INPUT_SHAPE,
    KERNEL,
    OUTPUT_SHAPE,
    PADDING,
    STRIDE,
    NodeArrays,
)
from gennape.graph.attributes import NodeAttributes, attributes_of
from gennape.graph.operations import Op

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """One row of the node columns, as plain Python values.

    Attributes:
        index: Its place in the graph.
        op: The operation.
        arguments: Nodes whose results it takes, in order.
        kernel: Height and width.
        stride: Along height and width.
        padding: Zeros at the top, left, bottom and right.
        dilation: Along height and width.
        groups: Channel groups.
        bias: Whether it adds a learned bias.
        input_shape: Channels, height and width of the first argument.
        output_shape: Channels, height and width of the result.
        parameters: Learned numbers it owns.
        details: Rare attributes.
        layer: The part of the network that it stands in, or empty; see `NodeArrays`.
    """

    index: int
    op: Op
    arguments: tuple[int, ...]
    kernel: Pair
    stride: Pair
    padding: tuple[int, int, int, int]
    dilation: Pair
    groups: int
    bias: bool
    input_shape: tuple[int, int, int]
    output_shape: tuple[int, int, int]
    parameters: int
    details: Mapping[str, Any]
    layer: str = ""

    @property
    def name(self) -> str:
        """Its index and operation, such as `n012_conv`."""
        return f"n{self.index:03d}_{self.op.name.lower()}"

    @property
    def attributes(self) -> NodeAttributes:
        """Its details as typed fields, with the defaults of those left out."""
        return attributes_of(self.op, self.details)

    def plain(self) -> dict[str, Any]:
        """All attributes by name, the operation by its name in lower case."""
        return {
            "operation": self.op.name.lower(),
            "layer": self.layer,
            "input_shape": self.input_shape,
            "output_shape": self.output_shape,
            "kernel": self.kernel,
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "groups": self.groups,
            "bias": self.bias,
            "parameters": self.parameters,
            "details": dict(self.details),
        }


def nodes_of(graph: NodeArrays) -> list[Node]:
    """All nodes of a graph, in its order."""
    first = graph.first_edge.tolist()
    sources = graph.edges[0].tolist()
    columns = zip(
        graph.operations.tolist(),
        graph.attributes.tolist(),
        graph.node_parameters.tolist(),
        strict=True,
    )
    return [
        Node(
            index=index,
            op=Op(operation),
            arguments=tuple(sources[first[index] : first[index + 1]]),
            kernel=cast(Pair, tuple(row[KERNEL])),
            stride=cast(Pair, tuple(row[STRIDE])),
            padding=cast(tuple[int, int, int, int], tuple(row[PADDING])),
            dilation=cast(Pair, tuple(row[DILATION])),
            groups=row[GROUPS],
            bias=bool(row[BIAS]),
            input_shape=cast(tuple[int, int, int], tuple(row[INPUT_SHAPE])),
            output_shape=cast(tuple[int, int, int], tuple(row[OUTPUT_SHAPE])),
            parameters=parameters,
            details=graph.details.get(index, {}),
            layer=graph.layers[index] if graph.layers else "",
        )
        for index, (operation, row, parameters) in enumerate(columns)
    ]
