"""Labelled part of a family as a space of its own."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gennape.graph import ComputationGraph
from gennape.spaces import ArchitectureError, SearchSpace
from gennape.utils.array_types import FloatArray

NEIGHBOURS = 16
"""Neighbours of an architecture that its table holds."""


class TableSpace(SearchSpace[Any]):
    """Architectures of a family, such as those that a table has labels of.

    Mutation inside a family would lead out of the table, so neighbours are the nearest
    architectures of the table.

    Args:
        space: The family.
        architectures: Those of the table.
        descriptors: `(architectures, columns)`; near is what has a short Euclidean distance
            after standardisation.
    """

    size = None

    def __init__(
        self,
        space: SearchSpace[Any],
        architectures: Sequence[Any],
        descriptors: FloatArray,
    ) -> None:
        from scipy.spatial import cKDTree  # slow to import, and other spaces do without

        super().__init__(space.classes, space.resolution)
        self.name = space.name  # type: ignore[misc]  # strings are those of the family
        self.space = space
        rows = {space.format(one): row for row, one in enumerate(architectures)}
        self.architectures = [architectures[row] for row in rows.values()]
        self._row = {text: place for place, text in enumerate(rows)}
        descriptors = descriptors[list(rows.values())]
        deviations = descriptors.std(axis=0)
        varies = deviations > 1e-6 * np.abs(descriptors).max(axis=0)
        self._points = (descriptors / np.where(varies, deviations, np.inf)).astype(np.float64)
        self._tree = cKDTree(self._points)
        self._nearest: dict[int, list[Any]] = {}

    def enumerate(self) -> Iterator[Any]:
        """Iterate over all architectures of the table."""
        return iter(self.architectures)

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw a random architecture of the table."""
        return self.architectures[int(rng.integers(len(self.architectures)))]

    def neighbours(self, architecture: Any) -> list[Any]:
        """Return the nearest architectures of the table, the nearest first."""
        row = self._row[self.format(architecture)]
        if row not in self._nearest:
            count = min(NEIGHBOURS + 1, len(self.architectures))
            _, near = self._tree.query(self._points[row], count)
            others = [self.architectures[i] for i in np.atleast_1d(near) if i != row]
            self._nearest[row] = others[:NEIGHBOURS]
        return self._nearest[row]

    def parse(self, text: str) -> Any:
        """Read a string of the family.

        Raises:
            ArchitectureError: It describes none, or one that the table does not hold.
        """
        architecture = self.space.parse(text)
        if self.space.format(architecture) not in self._row:
            raise ArchitectureError(f"the table holds no {self.name}:{text}")
        return architecture

    def format(self, architecture: Any) -> str:
        """Write the string that the family gives an architecture."""
        return self.space.format(architecture)

    def graph(self, architecture: Any) -> ComputationGraph:
        """Build the graph that the family gives an architecture."""
        return self.space.graph(architecture)
