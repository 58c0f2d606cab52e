"""NAS-Bench-301: the DARTS space on CIFAR-10, a normal and a reduction cell.

Sources: Liu et al., "DARTS" (ICLR 2019) and its public code, Zela et al., "NAS-Bench-301"
(ICLR 2022). The network is a 3x3 convolution to three times the initial channels, the
cells, global average pool and a linear layer. Cells at one and at two thirds of the depth
are reduction cells: they double the channels and halve the resolution. A cell reads the
two before it, each through ReLU, a 1x1 convolution and batch norm; each of its four steps
is the sum of two operations on earlier results, and its output is all steps side by side.
The auxiliary head and the dropping of paths, which help training only, are left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod
from typing import NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, cached_block
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.cells import factorized_reduce, relu_conv_bn
from gennape.spaces.parts.stages import one_changed, split_stages

OPERATIONS = (
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
STEPS = 4

_SHORT = dict(zip(OPERATIONS, ("max", "avg", "skip", "sep3", "sep5", "dil3", "dil5"), strict=True))
_LONG = {short: long for long, short in _SHORT.items()}
_EDGE = rf"(?:{'|'.join(_LONG)})\.\d"
_CELL = "-".join([rf"{_EDGE}\+{_EDGE}"] * STEPS)
_EXAMPLE = "sep3.0+sep3.1-sep3.0+sep3.1-skip.0+sep3.1-skip.0+dil3.2"
_STEM_MULTIPLIER = 3
_CELL_INPUTS = 2
_DILATION = 2


class CellEdge(NamedTuple):
    """An operation on a result of the cell: 0 and 1 are its inputs, then come its steps."""

    operation: str
    source: int


Step = tuple[CellEdge, CellEdge]
Cell = tuple[Step, ...]


@dataclass(frozen=True)
class NASBench301Architecture:
    """A genotype.

    Attributes:
        normal: Steps of the normal cell, each two edges from different sources, the earlier
            source first.
        reduce: Steps of the reduction cell.
    """

    normal: Cell
    reduce: Cell

    def __post_init__(self) -> None:
        for name, cell in (("normal", self.normal), ("reduction", self.reduce)):
            if len(cell) != STEPS:
                raise ArchitectureError(f"a {name} cell has {STEPS} steps, not {len(cell)}")
            for number, step in enumerate(cell):
                _check_step(f"step {number} of the {name} cell", step, number + _CELL_INPUTS)


class NASBench301(SearchSpace[NASBench301Architecture]):
    """The DARTS space with the sizes of NAS-Bench-301 by default.

    Args:
        classes: Outputs of the classifier.
        resolution: Height and width of its images.
        layers: Number of cells; DARTS itself has 20.
        channels: Channels of a step in the first cells; DARTS itself has 36.
    """

    name = "nasbench301"
    # Each step has two of its possible sources and two operations: 180 * 7^8 cells.
    size = (prod(comb(n + _CELL_INPUTS, 2) for n in range(STEPS)) * 7 ** (2 * STEPS)) ** 2

    def __init__(
        self,
        classes: int | None = None,
        resolution: int | None = None,
        layers: int = 8,
        channels: int = 32,
    ) -> None:
        super().__init__(classes, resolution)
        self.layers = layers
        self.channels = channels

    def from_genotype(
        self, normal: Sequence[tuple[str, int]], reduce: Sequence[tuple[str, int]]
    ) -> NASBench301Architecture:
        """Make the architecture of a genotype as DARTS writes it.

        Args:
            normal: Pairs of an operation and its source, two for each step in either order.
            reduce: Those of the reduction cell.

        Raises:
            ArchitectureError: They describe no architecture; says why.
        """
        return NASBench301Architecture(_steps(normal), _steps(reduce))

    def sample(self, rng: np.random.Generator) -> NASBench301Architecture:
        """Draw a random genotype, each with equal probability."""
        return NASBench301Architecture(_sample_cell(rng), _sample_cell(rng))

    def neighbours(self, architecture: NASBench301Architecture) -> list[NASBench301Architecture]:
        """List the 120 genotypes with another operation or another source of one edge."""
        cells = (architecture.normal, architecture.reduce)
        near = [
            list(one_changed(cell, [list(_near(step, n + 2)) for n, step in enumerate(cell)]))
            for cell in cells
        ]
        return [NASBench301Architecture(*changed) for changed in one_changed(cells, near)]

    def parse(self, text: str) -> NASBench301Architecture:
        """Read a normal and a reduction cell, such as `sep3.0+sep3.1-...-skip.0+dil3.2/...`.

        Raises:
            ArchitectureError: The line has another form or describes no genotype.
        """
        example = f"{_EXAMPLE}/{_EXAMPLE.replace('sep3', 'max')}"
        cells = split_stages(
            text,
            f"{_CELL}/{_CELL}",
            "NAS-Bench-301",
            f"{example} (the steps of the normal and the reduction cell; sep3.0 is a separable "
            f"3x3 convolution of input 0, the operations are {', '.join(_LONG)})",
        )
        return self.from_genotype(*map(_read_edges, cells))

    def format(self, architecture: NASBench301Architecture) -> str:
        """Write the line that `parse` reads."""
        return "/".join(
            "-".join(
                "+".join(f"{_SHORT[operation]}.{source}" for operation, source in step)
                for step in cell
            )
            for cell in (architecture.normal, architecture.reduce)
        )

    def graph(self, architecture: NASBench301Architecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = build.batch_norm(build.conv(x, _STEM_MULTIPLIER * self.channels, kernel=3))
        before, channels = x, self.channels
        for layer in range(self.layers):
            if layer in (self.layers // 3, 2 * self.layers // 3):
                channels *= 2
                before, x = x, _cell(build, before, x, architecture.reduce, channels, stride=2)
            else:
                before, x = x, _cell(build, before, x, architecture.normal, channels, stride=1)
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _steps(edges: Iterable[tuple[str, int]]) -> Cell:
    """Pair consecutive edges, the earlier source first."""
    ordered = [CellEdge(*edge) for edge in edges]
    if len(ordered) != 2 * STEPS:
        raise ArchitectureError(f"a cell has {2 * STEPS} edges, not {len(ordered)}")
    return tuple(_step(*ordered[first : first + 2]) for first in range(0, 2 * STEPS, 2))


def _step(one: CellEdge, other: CellEdge) -> Step:
    return (one, other) if one.source <= other.source else (other, one)


def _check_step(name: str, step: Step, sources: int) -> None:
    for operation, source in step:
        if operation not in OPERATIONS:
            raise ArchitectureError(
                f"{operation!r} is no NAS-Bench-301 operation; they are {', '.join(OPERATIONS)}"
            )
        if source not in range(sources):
            raise ArchitectureError(f"sources of {name} are 0 to {sources - 1}, not {source}")
    if step[0].source >= step[1].source:
        raise ArchitectureError(
            f"{name} reads two different sources, the earlier one first, "
            f"not {step[0].source} and {step[1].source}"
        )


def _sample_cell(rng: np.random.Generator) -> Cell:
    steps = []
    for sources in range(_CELL_INPUTS, _CELL_INPUTS + STEPS):
        pairs = list(combinations(range(sources), 2))
        operations = [OPERATIONS[i] for i in rng.integers(len(OPERATIONS), size=2)]
        first, second = map(CellEdge, operations, pairs[rng.integers(len(pairs))])
        steps.append((first, second))
    return tuple(steps)


def _near(step: Step, sources: int) -> Iterator[Step]:
    """Iterate over the steps with another operation or source of one edge."""
    options = [
        [CellEdge._make(changed) for changed in one_changed(edge, (OPERATIONS, range(sources)))]
        for edge in step
    ]
    for one, other in one_changed(step, options):
        if one.source != other.source:
            yield _step(one, other)


def _read_edges(text: str) -> list[tuple[str, int]]:
    """Read the edges of a cell from a line of the right form."""
    tokens = [edge.split(".") for step in text.split("-") for edge in step.split("+")]
    return [(_LONG[short], int(source)) for short, source in tokens]


def _cell(build: GraphBuilder, before: int, x: int, cell: Cell, channels: int, stride: int) -> int:
    """Add a cell.

    Args:
        build: Builder of the network.
        before: Output of the cell before the last.
        x: Output of the last cell; smaller than `before` behind a reduction cell.
        cell: Its steps.
        channels: Channels of each step.
        stride: Stride of the operations on its inputs.
    """
    shrunk = build.shapes[before][1:] != build.shapes[x][1:]
    fit = factorized_reduce if shrunk else relu_conv_bn
    nodes = [fit(build, before, channels), relu_conv_bn(build, x, channels)]
    for step in cell:
        results = [
            _operation(build, nodes[source], operation, stride if source < _CELL_INPUTS else 1)
            for operation, source in step
        ]
        nodes.append(build.add(*results))
    return build.concat(*nodes[_CELL_INPUTS:])


@cached_block
def _operation(build: GraphBuilder, x: int, operation: str, stride: int) -> int:
    if operation == "skip_connect":
        return x if stride == 1 else factorized_reduce(build, x, build.shapes[x][0])
    if operation == "max_pool_3x3":
        return build.max_pool(x, kernel=3, stride=stride, padding=1)
    if operation == "avg_pool_3x3":
        return build.avg_pool(x, kernel=3, stride=stride, padding=1, count_padding=False)
    kernel = int(operation[-1])
    if operation.startswith("dil_conv"):
        return _separable(build, x, kernel, stride, _DILATION)
    return _separable(build, _separable(build, x, kernel, stride), kernel)


def _separable(build: GraphBuilder, x: int, kernel: int, stride: int = 1, dilation: int = 1) -> int:
    """Add ReLU, a depthwise and a 1x1 convolution, batch norm."""
    channels = build.shapes[x][0]
    y = build.conv(build.relu(x), channels, kernel, stride, channels, dilation)
    return build.batch_norm(build.conv(y, channels))
