"""Arrays by name, as checkpoints store them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gennape.utils.array_types import AnyArray, FloatArray


@dataclass(frozen=True)
class StoredArrays:
    """Named arrays, of which each part of a model takes its own.

    Attributes:
        arrays: All of them, by their full names.
        prefix: Of the names of this part.
    """

    arrays: Mapping[str, AnyArray]
    prefix: str = ""

    def below(self, name: str) -> "StoredArrays":
        """Return those of a part of this part."""
        return StoredArrays(self.arrays, f"{self.prefix}{name}.")

    def take(self, name: str, *shape: int) -> FloatArray:
        """Return an array of a known shape, float32.

        Raises:
            ValueError: It is missing, or of another shape.
        """
        full = self.prefix + name
        if full not in self.arrays:
            raise ValueError(f"{full} is missing")
        array = self.arrays[full]
        if array.shape != shape:
            raise ValueError(f"{full} has the shape {array.shape}, not {shape}")
        return np.ascontiguousarray(array, dtype=np.float32)

    def plain(self) -> dict[str, AnyArray]:
        """Return the arrays of this part by their names in it, as they were stored."""
        return {
            name.removeprefix(self.prefix): array
            for name, array in self.arrays.items()
            if name.startswith(self.prefix)
        }


def named(name: str, arrays: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Put the name of a part before the names of its arrays; `StoredArrays.below` undoes it."""
    return {f"{name}.{inner}": array for inner, array in arrays.items()}
