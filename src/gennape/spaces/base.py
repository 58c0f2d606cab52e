"""Interface of architecture families."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

import numpy as np

from gennape.graph import ComputationGraph, GraphBatch
from gennape.utils.errors import GennapeError

Architecture = TypeVar("Architecture")


class ArchitectureError(GennapeError, ValueError):
    """Error for text or values that describe no architecture of a family."""


class SearchSpace(ABC, Generic[Architecture]):
    """An architecture family.

    Args:
        classes: Outputs of the classifier; the family's own number unless given.
        resolution: Height and width of its images; the family's own unless given.

    Attributes:
        name: The family's name, as in `gennape score NAME:ARCHITECTURE`.
        size: Number of architectures, or None where it is not finite or known.
    """

    name: ClassVar[str]
    size: ClassVar[int | None]
    default_classes: ClassVar[int] = 10
    default_resolution: ClassVar[int] = 32

    def __init__(self, classes: int | None = None, resolution: int | None = None) -> None:
        self.classes = classes or self.default_classes
        self.resolution = resolution or self.default_resolution

    def enumerate(self) -> Iterator[Architecture]:
        """Iterate over all architectures, each once.

        Raises:
            ArchitectureError: The family is too large to enumerate.
        """
        raise ArchitectureError(
            f"{self.name} is too large to enumerate; sample from it, or search it"
        )

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Architecture:
        """Draw a random architecture."""

    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """Draw a random neighbour."""
        neighbours = self.neighbours(architecture)
        return neighbours[rng.integers(len(neighbours))]

    @abstractmethod
    def neighbours(self, architecture: Architecture) -> list[Architecture]:
        """List the architectures one change away, each once, without the architecture itself."""

    @abstractmethod
    def parse(self, text: str) -> Architecture:
        """Read the one-line string of an architecture.

        Raises:
            ArchitectureError: The string describes no architecture; says why.
        """

    @abstractmethod
    def format(self, architecture: Architecture) -> str:
        """Write the one-line string of an architecture, which `parse` reads back."""

    def signature(self, architecture: Architecture) -> Hashable:
        """Return a key that only architectures of equal networks and equal costs share.

        Equal keys spare the work of building and comparing two graphs; unequal keys prove
        nothing. By default the key is the string of the architecture.
        """
        return self.format(architecture)

    @abstractmethod
    def graph(self, architecture: Architecture) -> ComputationGraph:
        """Build the computation graph of the whole network, its name `NAME:ARCHITECTURE`."""

    def graphs(self, architectures: Sequence[Architecture]) -> GraphBatch:
        """Build the graphs of many networks; families that can do so build them together."""
        return GraphBatch.of(map(self.graph, architectures))


def sample_different(
    space: SearchSpace[Architecture], count: int, rng: np.random.Generator
) -> list[Architecture]:
    """Draw architectures until enough different ones are found.

    Args:
        space: The family.
        count: How many to find; the whole family where it has fewer.
        rng: Source of randomness.

    Returns:
        The architectures in the order in which they were drawn.
    """
    found: dict[Architecture, None] = {}
    while len(found) < min(count, space.size or count):
        found[space.sample(rng)] = None
    return list(found)
