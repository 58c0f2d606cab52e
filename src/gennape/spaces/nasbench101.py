"""NAS-Bench-101: cells of up to seven vertices and nine edges, stacked nine times.

Source: Ying et al., "NAS-Bench-101" (ICML 2019) and its model builder. The network is a
3x3 convolution to 128 channels, three stacks of three cells with a 2x2 max pool and
doubled channels between stacks, global average pool and a linear layer. Every
convolution is followed by batch norm and ReLU and has no bias.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product, starmap

import numpy as np

from gennape.graph import ComputationGraph, GraphBatch
from gennape.graph.templates import ChosenBuilder, TemplateBuilder
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.cell_enumeration import Edges, enumerate_cells
from gennape.spaces.parts.nasbench101_network import OPERATIONS, write_network

MAX_VERTICES = 7
MAX_EDGES = 9

_SHORT = {"conv3x3-bn-relu": "c3", "conv1x1-bn-relu": "c1", "maxpool3x3": "mp"}
_LONG = {short: long for long, short in _SHORT.items()}
_WORTH_A_TEMPLATE = 4
"""So many networks take longer one by one than their template."""

Change = tuple[list[str], list[tuple[int, int]]]
"""Operations and edges, of a cell of the family or not."""


@dataclass(frozen=True)
class NASBench101Architecture:
    """A cell without idle vertices.

    Attributes:
        operations: Operations of the interior vertices, in topological order.
        edges: Pairs (source, target), sorted; vertex 0 is the input, the last one the output.
    """

    operations: tuple[str, ...]
    edges: Edges


class NASBench101(SearchSpace[NASBench101Architecture]):
    """NAS-Bench-101 for CIFAR-10 images."""

    name = "nasbench101"
    size = 423_624

    def from_cell(
        self, adjacency: Sequence[Sequence[int]], operations: Sequence[str]
    ) -> NASBench101Architecture:
        """Make the architecture of a cell as the benchmark's files write it.

        Args:
            adjacency: Upper triangular 0/1 matrix, `(vertices, vertices)`.
            operations: One name a vertex, with or without "input" and "output" at the ends.

        Returns:
            The cell without the vertices that lie on no path from input to output.

        Raises:
            ArchitectureError: The matrix or an operation is not of this family.
        """
        matrix = np.asarray(adjacency)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
            raise ArchitectureError(f"an adjacency matrix must be square, not {matrix.shape}")
        if np.tril(matrix).any():
            raise ArchitectureError("the adjacency matrix must be upper triangular")
        interior = list(operations)
        if interior[:1] == ["input"] and interior[-1:] == ["output"]:
            interior = interior[1:-1]
        if len(interior) != len(matrix) - 2:
            raise ArchitectureError(
                f"{len(matrix)} vertices need {len(matrix) - 2} interior operations, "
                f"not {len(interior)}"
            )
        edges = [(int(s), int(t)) for s, t in zip(*np.nonzero(matrix), strict=True)]
        return _checked(interior, edges)

    def enumerate(self) -> Iterator[NASBench101Architecture]:
        """Iterate over all 423,624 cells, from the smallest to the largest; takes some seconds."""
        cells = enumerate_cells(OPERATIONS, MAX_VERTICES, MAX_EDGES)
        return starmap(NASBench101Architecture, cells)

    def sample(self, rng: np.random.Generator) -> NASBench101Architecture:
        """Draw random edges and operations on seven vertices until a cell is valid."""
        while True:
            matrix = np.triu(rng.integers(2, size=(MAX_VERTICES, MAX_VERTICES)), 1)
            operations = [OPERATIONS[i] for i in rng.integers(3, size=MAX_VERTICES - 2)]
            try:
                return self.from_cell(matrix.tolist(), operations)
            except ArchitectureError:
                continue

    def neighbours(self, architecture: NASBench101Architecture) -> list[NASBench101Architecture]:
        """List the cells one change away.

        A change is one edge more or less, another operation on one vertex, or a new vertex
        in the middle of one edge.
        """
        return sorted(set(_valid(_changes(architecture), architecture)), key=self.format)

    def mutate(
        self, architecture: NASBench101Architecture, rng: np.random.Generator
    ) -> NASBench101Architecture:
        """Apply a random change; few of the dozens of changes are checked."""
        changes = list(_changes(architecture))
        order = rng.permutation(len(changes))
        return next(_valid((changes[place] for place in order), architecture))

    def parse(self, text: str) -> NASBench101Architecture:
        """Read a line such as `c3-c1-mp/01-02-13-24-34`: operations, then edges.

        Raises:
            ArchitectureError: The line has another form or describes no valid cell.
        """
        operations, slash, edges = text.strip().partition("/")
        names = [token for token in operations.split("-") if token]
        pairs = edges.split("-")
        if (
            not slash
            or not all(name in _LONG for name in names)
            or not all(len(pair) == 2 and pair.isdigit() for pair in pairs)
        ):
            raise ArchitectureError(
                f"{text!r} is no NAS-Bench-101 cell; one looks like c3-c1-mp/01-02-13-24-34 "
                "(c3, c1, mp are the operations of vertices 1, 2, 3; 01 is the edge from 0 to 1)"
            )
        return _checked([_LONG[name] for name in names], [(int(p[0]), int(p[1])) for p in pairs])

    def format(self, architecture: NASBench101Architecture) -> str:
        """Write the line that `parse` reads."""
        operations = "-".join(_SHORT[operation] for operation in architecture.operations)
        return operations + "/" + "-".join(f"{s}{t}" for s, t in architecture.edges)

    def graph(self, architecture: NASBench101Architecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = ChosenBuilder(_choices(architecture))
        write_network(build, self.resolution, self.classes, architecture.edges)
        return build.build(name=self._name(architecture))

    def graphs(self, architectures: Sequence[NASBench101Architecture]) -> GraphBatch:
        """Build the graphs of many networks, those of the same edges together."""
        by_edges: dict[Edges, list[int]] = {}
        for place, architecture in enumerate(architectures):
            by_edges.setdefault(architecture.edges, []).append(place)
        batches = [
            self._graphs_of(edges, [architectures[place] for place in places])
            for edges, places in by_edges.items()
        ]
        order = np.argsort(list(chain.from_iterable(by_edges.values())))
        return GraphBatch.join(batches).take(order)

    def _graphs_of(
        self, edges: Edges, architectures: Sequence[NASBench101Architecture]
    ) -> GraphBatch:
        """Build the graphs of networks of the same edges."""
        if len(architectures) < _WORTH_A_TEMPLATE:
            return GraphBatch.of(map(self.graph, architectures))
        build = TemplateBuilder(len(OPERATIONS))
        write_network(build, self.resolution, self.classes, edges)
        choices = np.array([*map(_choices, architectures)], dtype=np.int64)
        return build.template().build(choices, [*map(self._name, architectures)])

    def _name(self, architecture: NASBench101Architecture) -> str:
        return f"{self.name}:{self.format(architecture)}"


def _valid(
    changes: Iterable[Change], architecture: NASBench101Architecture
) -> Iterator[NASBench101Architecture]:
    """Iterate over the valid cells after the changes, without the architecture itself."""
    for operations, edges in changes:
        try:
            found = _checked(operations, edges)
        except ArchitectureError:  # outside the family
            continue
        if found != architecture:
            yield found


def _changes(cell: NASBench101Architecture) -> Iterator[Change]:
    """Iterate over operations and edges after each change, within the family or not."""
    operations, edges = list(cell.operations), set(cell.edges)
    for vertex, operation in product(range(len(operations)), OPERATIONS):
        yield [*operations[:vertex], operation, *operations[vertex + 1 :]], list(edges)
    for edge in combinations(range(len(operations) + 2), 2):
        yield operations, list(edges ^ {edge})
    for (source, target), operation in product(cell.edges, OPERATIONS):
        moved = [(s + (s > source), t + (t > source)) for s, t in edges - {(source, target)}]
        new = source + 1
        yield (
            [*operations[:source], operation, *operations[source:]],
            [*moved, (source, new), (new, target + 1)],
        )


def _checked(
    operations: Sequence[str], edges: Sequence[tuple[int, int]]
) -> NASBench101Architecture:
    """Make a valid cell by removing idle vertices.

    Raises:
        ArchitectureError: The family has no such cell; says why.
    """
    output = len(operations) + 1
    for operation in operations:
        if operation not in OPERATIONS:
            raise ArchitectureError(
                f"{operation!r} is no NAS-Bench-101 operation; they are {', '.join(OPERATIONS)}"
            )
    for source, target in edges:
        if not 0 <= source < target <= output:
            raise ArchitectureError(
                f"edge {source}-{target} must lead from a lower to a higher vertex of 0..{output}"
            )
    used = _reachable(edges, 0) & _reachable([(t, s) for s, t in edges], output)
    if output not in used:
        raise ArchitectureError("no path leads from the cell's input to its output")
    number = {vertex: position for position, vertex in enumerate(sorted(used))}
    kept = sorted({(number[s], number[t]) for s, t in edges if s in used and t in used})
    if len(used) > MAX_VERTICES or len(kept) > MAX_EDGES:
        raise ArchitectureError(
            f"a cell has at most {MAX_VERTICES} vertices and {MAX_EDGES} edges, "
            f"not {len(used)} and {len(kept)}"
        )
    interior = tuple(operations[vertex - 1] for vertex in sorted(used) if 0 < vertex < output)
    return NASBench101Architecture(interior, tuple(kept))


def _reachable(edges: Sequence[tuple[int, int]], start: int) -> set[int]:
    """Find the vertices that edges reach from `start`."""
    found = {start}
    frontier = [start]
    while frontier:
        vertex = frontier.pop()
        new = {target for source, target in edges if source == vertex} - found
        found |= new
        frontier.extend(new)
    return found


def _choices(architecture: NASBench101Architecture) -> list[int]:
    """Number the operation of each vertex."""
    return [OPERATIONS.index(operation) for operation in architecture.operations]
