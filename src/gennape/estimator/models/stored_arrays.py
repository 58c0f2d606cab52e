"""Arrays by name, as checkpoints store them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gennape.estimator.stored_values import LARGEST, fits
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

    def __bool__(self) -> bool:
        return any(name.startswith(self.prefix) for name in self.arrays)

    def take(
        self,
        name: str,
        *shape: int | None,
        dtype: type[Any] = np.float32,
        low: float = -LARGEST,
        high: float = LARGEST,
    ) -> AnyArray:
        """Return an array of a known shape, type and range.

        Args:
            name: In this part.
            shape: None stands for any length but 0.
            dtype: Of its numbers.
            low: The least that a number may be.
            high: The greatest.

        Raises:
            ValueError: It is missing or another one.
        """
        full = self.prefix + name
        if full not in self.arrays:
            raise ValueError(f"{full} is missing")
        array = self.arrays[full]
        if array.dtype != dtype:
            raise ValueError(f"{full} holds {array.dtype}, not {np.dtype(dtype)}")
        if not fits(array.shape, shape):
            raise ValueError(f"{full} has the shape {array.shape}, not {shape}")
        if not ((array >= low) & (array <= high)).all():
            raise ValueError(f"{full} holds numbers outside {low:g} to {high:g}")
        return np.ascontiguousarray(array)


def named(name: str, arrays: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Put the name of a part before the names of its arrays; `StoredArrays.below` undoes it."""
    return {f"{name}.{inner}": array for inner, array in arrays.items()}
