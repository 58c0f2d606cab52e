"""Cells of four nodes with one operation on each of six edges, and the operations of cells.

A node is the sum of the results of its edges; the first is the cell's input, the last its
output. Operations are ReLU, then convolution, then batch norm. Source: Dong and Yang,
"NAS-Bench-201" (ICLR 2020).
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import ClassVar, TypeVar

import numpy as np

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, cached_block
from gennape.graph.templates import (
    ChoiceBuilder,
    ChosenBuilder,
    NetworkTemplate,
    TemplateBuilder,
)
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.stages import one_changed

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""Source and target node of each edge, in the order of the architecture strings."""


@dataclass(frozen=True)
class CellArchitecture:
    """A cell: one operation name for each of `EDGES`.

    Attributes:
        family: Name of the family for people.
        choices: Operations that an edge may have.
        operations: Operation of each edge.
    """

    family: ClassVar[str]
    choices: ClassVar[tuple[str, ...]]

    operations: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.operations) != len(EDGES):
            raise ArchitectureError(
                f"a {self.family} cell has {len(EDGES)} operations, not {len(self.operations)}"
            )
        for operation in self.operations:
            if operation not in self.choices:
                raise ArchitectureError(
                    f"{operation!r} is no {self.family} operation; "
                    f"they are {', '.join(self.choices)}"
                )


FourNodeCell = TypeVar("FourNodeCell", bound=CellArchitecture)


class CellSpace(SearchSpace[FourNodeCell]):
    """Base class of families of such cells, which add their strings and networks."""

    architecture: type[FourNodeCell]

    @abstractmethod
    def write(self, build: ChoiceBuilder) -> None:
        """Write the whole network, its cells as chosen."""

    def graph(self, architecture: FourNodeCell) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = ChosenBuilder(_choices(architecture))
        self.write(build)
        return build.build(name=f"{self.name}:{self.format(architecture)}")

    def graphs(self, architectures: Sequence[FourNodeCell]) -> GraphBatch:
        """Build the graphs of many networks together."""
        choices = np.array([*map(_choices, architectures)], dtype=np.int64)
        names = [f"{self.name}:{self.format(architecture)}" for architecture in architectures]
        return self._template.build(choices.reshape(-1, len(EDGES)), names)

    @cached_property
    def _template(self) -> NetworkTemplate:
        build = TemplateBuilder(len(self.architecture.choices))
        self.write(build)
        return build.template()

    def enumerate(self) -> Iterator[FourNodeCell]:
        """Iterate over all cells."""
        return map(self.architecture, product(self.architecture.choices, repeat=len(EDGES)))

    def sample(self, rng: np.random.Generator) -> FourNodeCell:
        """Draw a random cell, each operation with equal probability."""
        choices = self.architecture.choices
        return self.architecture(
            tuple(choices[i] for i in rng.integers(len(choices), size=len(EDGES)))
        )

    def neighbours(self, architecture: FourNodeCell) -> list[FourNodeCell]:
        """List the cells that differ on one edge."""
        options = (architecture.choices,) * len(EDGES)
        return [self.architecture(cell) for cell in one_changed(architecture.operations, options)]


def _choices(architecture: CellArchitecture) -> list[int]:
    """Number the operation of each edge."""
    return [architecture.choices.index(operation) for operation in architecture.operations]


def add_cell(build: ChoiceBuilder, x: int, choices: tuple[str, ...], channels: int) -> int:
    """Add a cell, the operation of each of `EDGES` as chosen.

    Args:
        build: Builder of the network.
        x: Input of the cell.
        choices: Operations that an edge may have.
        channels: Channels of the output. Where the input has half as many, the edges that leave
            the input have stride 2.

    Returns:
        Output of the cell.
    """
    nodes = [x]
    for target in (1, 2, 3):
        arguments = [
            build.choose(
                nodes[source],
                edge,
                lambda node, choice: _edge(build, node, choices[choice], channels),
            )
            for edge, (source, end) in enumerate(EDGES)
            if end == target
        ]
        nodes.append(build.add(*arguments))
    return nodes[-1]


@cached_block
def _edge(build: GraphBuilder, x: int, operation: str, channels: int) -> int:
    reduces = build.shapes[x][0] != channels
    if operation == "none":
        return build.zero(_halved(build, x) if reduces else x)
    if operation == "skip_connect":
        return factorized_reduce(build, x, channels) if reduces else x
    if operation == "avg_pool_3x3":
        return build.avg_pool(x, kernel=3, stride=1, padding=1, count_padding=False)
    return relu_conv_bn(build, x, channels, kernel=int(operation[-1]), stride=2 if reduces else 1)


def _halved(build: GraphBuilder, x: int) -> int:
    """Make a tensor of half the size and twice the channels, to be multiplied by zero."""
    half = build.max_pool(x, kernel=1, stride=2)
    return build.concat(half, half)


@cached_block
def relu_conv_bn(
    build: GraphBuilder, x: int, channels: int, *, kernel: int = 1, stride: int = 1
) -> int:
    """Add ReLU, a convolution without bias and batch norm."""
    return build.batch_norm(build.conv(build.relu(x), channels, kernel=kernel, stride=stride))


@cached_block
def factorized_reduce(build: GraphBuilder, x: int, channels: int) -> int:
    """Add a skip connection of stride 2 (Liu et al., "DARTS", ICLR 2019).

    Two 1x1 convolutions of stride 2 make half of the channels each. The second one starts
    at the second row and column, so that together they see a pixel of every row. A last
    row and column of zeros make odd sizes even.
    """
    x = build.relu(x)
    _, height, width = build.shapes[x]
    even = build.pad(x, height % 2, width % 2) if height % 2 or width % 2 else x
    shifted = build.slice_from(build.slice_from(even, 2, 1), 3, 1)
    half = channels // 2
    halves = build.conv(x, half, stride=2), build.conv(shifted, channels - half, stride=2)
    return build.batch_norm(build.concat(*halves))
