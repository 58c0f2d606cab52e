"""Families of cells of four nodes with one operation on each of six edges.

A node is the sum of what its edges bring; the first is the cell's input, the last its
output. Source: Dong and Yang, "NAS-Bench-201" (ICLR 2020).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, TypeVar

import numpy as np

from gennape.graph import GraphBuilder, cached_block
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.cell_operations import factorized_reduce, relu_conv_bn
from gennape.spaces.parts.stages import one_changed

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""Source and target node of each edge, in the order of the architecture strings."""


@dataclass(frozen=True)
class CellArchitecture:
    """A cell: one operation name for each of `EDGES`."""

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


Architecture = TypeVar("Architecture", bound=CellArchitecture)


class CellSpace(SearchSpace[Architecture]):
    """A family of such cells; each says what its strings and its networks look like."""

    architecture: type[Architecture]

    def enumerate(self) -> Iterator[Architecture]:
        """All cells."""
        return map(self.architecture, product(self.architecture.choices, repeat=len(EDGES)))

    def sample(self, rng: np.random.Generator) -> Architecture:
        """A random cell, each operation with equal probability."""
        choices = self.architecture.choices
        return self.architecture(
            tuple(choices[i] for i in rng.integers(len(choices), size=len(EDGES)))
        )

    def neighbours(self, architecture: Architecture) -> list[Architecture]:
        """The cells that differ on one edge."""
        options = (architecture.choices,) * len(EDGES)
        return [self.architecture(cell) for cell in one_changed(architecture.operations, options)]


def cell(build: GraphBuilder, x: int, operations: tuple[str, ...], channels: int) -> int:
    """Add a cell.

    Args:
        build: Where to add it.
        x: Its input.
        operations: One for each of `EDGES`.
        channels: Of its output. Where the input has half as many, the edges that leave the
            input have stride 2.

    Returns:
        Its output.
    """
    nodes = [x]
    for target in (1, 2, 3):
        arguments = [
            _edge(build, nodes[source], operation, channels)
            for (source, end), operation in zip(EDGES, operations, strict=True)
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
    """Some tensor of half the size and twice the channels, to be multiplied by zero."""
    half = build.max_pool(x, kernel=1, stride=2)
    return build.concat(half, half)
