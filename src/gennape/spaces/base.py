"""What every architecture family offers."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator
from typing import ClassVar, Generic, TypeVar

import numpy as np

from gennape.graph import ComputationGraph

Architecture = TypeVar("Architecture")


class ArchitectureError(ValueError):
    """Text or values that describe no architecture of the family."""


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
        """All architectures, each once.

        Raises:
            ArchitectureError: The family is too large to enumerate.
        """
        raise ArchitectureError(
            f"{self.name} is too large to enumerate; sample from it, or search it"
        )

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Architecture:
        """A random architecture."""

    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """A random neighbour."""
        neighbours = self.neighbours(architecture)
        return neighbours[rng.integers(len(neighbours))]

    @abstractmethod
    def neighbours(self, architecture: Architecture) -> list[Architecture]:
        """All architectures one change away, each once, without the architecture itself."""

    @abstractmethod
    def parse(self, text: str) -> Architecture:
        """The architecture a one-line string describes.

        Raises:
            ArchitectureError: The string describes none; says why.
        """

    @abstractmethod
    def format(self, architecture: Architecture) -> str:
        """The one-line string of an architecture; `parse` reads it back."""

    def signature(self, architecture: Architecture) -> Hashable:
        """Equal only for architectures whose networks are equal and cost the same.

        It spares the work of building and comparing networks; that two signatures differ says
        nothing. A family of many equal networks has one that finds them.
        """
        return self.format(architecture)

    @abstractmethod
    def graph(self, architecture: Architecture) -> ComputationGraph:
        """The computation graph of the whole network."""
