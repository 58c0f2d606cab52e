"""NAS-Bench-201: cells of four nodes with one of five operations on each of six edges.

Source: Dong and Yang, "NAS-Bench-201" (ICLR 2020). The network is a 3x3 convolution to
16 channels, three stages of five cells with 16, 32 and 64 channels, a residual block of
stride 2 before the second and the third stage, batch norm, ReLU, global average pool
and a linear layer. Convolutions in a cell are ReLU-conv-batch norm.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from gennape.graph import GraphBuilder
from gennape.graph.templates import ChoiceBuilder
from gennape.spaces.base import ArchitectureError
from gennape.spaces.parts.cells import (
    EDGES,
    CellArchitecture,
    CellSpace,
    add_cell,
    relu_conv_bn,
)

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")

_CONVOLUTIONS = OPERATIONS[2:4]
_CHANNELS = (16, 32, 64)
_CELLS_PER_STAGE = 5


@dataclass(frozen=True)
class NASBench201Architecture(CellArchitecture):
    """A cell of NAS-Bench-201."""

    family = "NAS-Bench-201"
    choices = OPERATIONS


class NASBench201(CellSpace[NASBench201Architecture]):
    """NAS-Bench-201; `classes` is 10 for CIFAR-10, 100 for CIFAR-100, 120 for ImageNet16-120."""

    name = "nasbench201"
    size = len(OPERATIONS) ** len(EDGES)
    architecture = NASBench201Architecture

    def parse(self, text: str) -> NASBench201Architecture:
        """Read `|nor_conv_3x3~0|+|none~0|skip_connect~1|+|...~0|...~1|...~2|`.

        Raises:
            ArchitectureError: The string has another form; shows the right one.
        """
        steps = [[token for token in step.split("|") if token] for step in text.strip().split("+")]
        expected = [[str(source) for source in range(count)] for count in (1, 2, 3)]
        if [[token.rpartition("~")[2] for token in step] for step in steps] != expected:
            example = self.format(NASBench201Architecture(("nor_conv_3x3",) * 6))
            raise ArchitectureError(
                f"{text!r} is no NAS-Bench-201 architecture; they look like {example}"
            )
        return NASBench201Architecture(
            tuple(token.rpartition("~")[0] for step in steps for token in step)
        )

    def format(self, architecture: NASBench201Architecture) -> str:
        """Write the string that the benchmark itself uses."""
        tokens: list[list[str]] = [[], [], []]
        for (source, target), operation in zip(EDGES, architecture.operations, strict=True):
            tokens[target - 1].append(f"{operation}~{source}")
        return "+".join("|" + "|".join(step) + "|" for step in tokens)

    def signature(self, architecture: NASBench201Architecture) -> Hashable:
        """Return the sum that the cell's output is, and the number of each convolution."""
        operations = architecture.operations
        return _output(operations), *map(operations.count, _CONVOLUTIONS)

    def write(self, build: ChoiceBuilder) -> None:
        """Write the whole network, its cells as chosen."""
        x = build.input((3, self.resolution, self.resolution))
        x = build.batch_norm(build.conv(x, _CHANNELS[0], kernel=3))
        for stage, channels in enumerate(_CHANNELS):
            if stage > 0:
                x = _reduction(build, x, channels)
            block = partial(add_cell, build, choices=OPERATIONS, channels=channels)
            x = build.repeat(block, x, _CELLS_PER_STAGE)
        x = build.global_avg_pool(build.relu(build.batch_norm(x)))
        build.output(build.linear(build.flatten(x), self.classes))


def _reduction(build: GraphBuilder, x: int, channels: int) -> int:
    """Add a residual block of stride 2 with average pooling on its short cut."""
    short_cut = build.conv(build.avg_pool(x, kernel=2, stride=2), channels)
    y = relu_conv_bn(build, x, channels, kernel=3, stride=2)
    return build.add(short_cut, relu_conv_bn(build, y, channels, kernel=3))


class _Term(NamedTuple):
    """A summand of a node of a cell.

    Attributes:
        shape: The operations that make it of the cell's input, in brackets.
        edge: The edge that its last operation is on; -1 for the input itself.
        arguments: The summands which that operation reads.
    """

    shape: str
    edge: int
    arguments: "tuple[_Term, ...]"


def _output(operations: tuple[str, ...]) -> Hashable:
    """Write the sum that the output of a cell is.

    Edges of skip connections give the sum that they read, others one summand; an operation that
    reads nothing but zeros is zero. Edges are numbered as they are met, so that equal sums tell
    one convolution used twice from two of them.
    """
    nodes: list[tuple[_Term, ...]] = [(_Term("x", -1, ()),)]
    for target in (1, 2, 3):
        terms: list[_Term] = []
        for edge, (source, end) in enumerate(EDGES):
            if end != target or operations[edge] == "none" or not nodes[source]:
                continue
            if operations[edge] == "skip_connect":
                terms += nodes[source]
            else:
                inner = "+".join(term.shape for term in nodes[source])
                terms.append(_Term(f"{operations[edge]}({inner})", edge, nodes[source]))
        nodes.append(tuple(sorted(terms, key=attrgetter("shape"))))
    return _numbered(nodes[-1], {-1: 0})


def _numbered(terms: tuple[_Term, ...], numbers: dict[int, int]) -> Hashable:
    """Renumber the edges of the summands."""
    return tuple(
        (
            term.shape,
            numbers.setdefault(term.edge, len(numbers)),
            _numbered(term.arguments, numbers),
        )
        for term in terms
    )
