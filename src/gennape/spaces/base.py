"""What every architecture family offers."""

from collections.abc import Iterator
from typing import Protocol, TypeVar

import numpy as np

from gennape.graph import ComputationGraph

Architecture = TypeVar("Architecture")


class ArchitectureError(ValueError):
    """Text or values that describe no architecture of the family."""


class SearchSpace(Protocol[Architecture]):
    """An architecture family.

    Attributes:
        name: The family's name, as in `gennape score NAME:ARCHITECTURE`.
        size: Number of architecture strings, or None where it is not finite or known.
    """

    name: str
    size: int | None

    def enumerate(self) -> Iterator[Architecture]:
        """All architectures, each once.

        Raises:
            ArchitectureError: The family is too large to enumerate.
        """
        ...

    def sample(self, rng: np.random.Generator) -> Architecture:
        """A random architecture."""
        ...

    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """A random neighbour."""
        ...

    def neighbours(self, architecture: Architecture) -> list[Architecture]:
        """All architectures one change away, without the architecture itself."""
        ...

    def parse(self, text: str) -> Architecture:
        """The architecture a one-line string describes.

        Raises:
            ArchitectureError: The string describes none; says why.
        """
        ...

    def format(self, architecture: Architecture) -> str:
        """The one-line string of an architecture; `parse` reads it back."""
        ...

    def graph(self, architecture: Architecture) -> ComputationGraph:
        """The computation graph of the whole network."""
        ...
