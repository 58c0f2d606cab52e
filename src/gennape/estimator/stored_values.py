"""Plain JSON values by name, as descriptions of estimators store them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gennape.utils.array_types import AnyArray, FloatArray

LARGEST = 1e12
"""Of the numbers in a checkpoint; those of trained estimators are far smaller."""
_LONGEST = 200
"""Characters of a name."""


@dataclass(frozen=True)
class StoredValues:
    """Named values, of which each part of an estimator takes its own; whatever is wrong is said.

    Attributes:
        values: Of this part.
        path: Name of this part and a dot, for messages; nothing for the whole.

    Raises:
        ValueError: By every method: a value is missing, or is none of those that are asked for.
    """

    values: Mapping[str, Any]
    path: str = ""

    def has_only(self, *names: str) -> None:
        """Refuse values of other names, and missing ones."""
        known, given = set(names), set(self.values)
        for problem, found in (("missing", known - given), ("unknown", given - known)):
            if found:
                raise ValueError(f"{self.path}{', '.join(sorted(map(str, found)))}: {problem}")

    def has(self, name: str) -> bool:
        """Tell whether a value is there and not null."""
        return self.values.get(name) is not None

    def integer(self, name: str, least: int, most: int) -> int:
        """Return a whole number within limits."""
        value = self._value(name)
        if type(value) is not int or not least <= value <= most:
            raise self._wrong(name, f"a whole number from {least} to {most}")
        return value

    def number(self, name: str, low: float = -LARGEST, high: float = LARGEST) -> float:
        """Return a number within limits."""
        value = self._value(name)
        if type(value) not in (int, float) or not low <= value <= high:
            raise self._wrong(name, f"a number from {low:g} to {high:g}")
        return float(value)

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._value(name)
        if type(value) is not bool:
            raise self._wrong(name, "true or false")
        return value

    def choice(self, name: str, options: Sequence[str]) -> Any:
        """Return one of some texts."""
        value = self._value(name)
        if value not in options:
            raise self._wrong(name, f"one of {', '.join(options)}")
        return value

    def text(self, name: str) -> str:
        """Return a name that can be printed in a line."""
        return self._text(name, self._value(name))

    def texts(self, name: str) -> list[str]:
        """Return names that can be printed, each in a line."""
        return [self._text(name, value) for value in self._list(name)]

    def part(self, name: str) -> "StoredValues":
        """Return the values of a part of this part."""
        return self._part(f"{self.path}{name}", self._value(name))

    def parts(self, name: str, least: int, most: int) -> list["StoredValues"]:
        """Return the values of several parts."""
        found = self._list(name)
        if not least <= len(found) <= most:
            raise ValueError(
                f"{self.path}{name} has {len(found)} entries, not from {least} to {most}"
            )
        return [self._part(f"{self.path}{name}[{at}]", one) for at, one in enumerate(found)]

    def numbers(
        self, name: str, *shape: int | None, low: float = -LARGEST, high: float = LARGEST
    ) -> FloatArray:
        """Return an array within limits, float64; None in the shape stands for one or more."""
        array = self._array(name, shape, "iuf").astype(np.float64)
        if not ((array >= low) & (array <= high)).all():
            raise self._wrong(name, f"numbers from {low:g} to {high:g}")
        return array

    def integers(self, name: str) -> AnyArray:
        """Return one or more whole numbers of 64 bits, `(numbers,)`."""
        return self._array(name, (None,), "i").astype(np.int64)

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise ValueError(f"{self.path}{name} is missing")
        return self.values[name]

    def _list(self, name: str) -> list[Any]:
        value = self._value(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return value

    def _text(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= _LONGEST:
            raise self._wrong(name, f"printable text of 1 to {_LONGEST} characters")
        return value

    def _part(self, path: str, value: Any) -> "StoredValues":
        if not isinstance(value, dict):
            raise ValueError(f"{path} is no object with named values")
        return StoredValues(value, f"{path}.")

    def _array(self, name: str, shape: tuple[int | None, ...], kinds: str) -> AnyArray:
        try:
            array = np.array(self._value(name))
        except (ValueError, OverflowError):  # rows of several lengths, for instance
            raise self._wrong(name, "numbers in rows of one length") from None
        if array.dtype.kind not in kinds:
            raise self._wrong(name, "numbers")
        if not fits(array.shape, shape):
            raise ValueError(f"{self.path}{name} has the shape {array.shape}, not {shape}")
        return array

    def _wrong(self, name: str, expected: str) -> ValueError:
        value = self._value(name)
        shown = (
            f"is {value!r:.60}"
            if isinstance(value, int | float | str | None)
            else "holds something"
        )
        return ValueError(f"{self.path}{name} {shown}, not {expected}")


def fits(shape: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    """Tell whether an array has the expected shape; None stands for any length but 0."""
    return len(shape) == len(expected) and all(
        size == wanted or (wanted is None and size > 0)
        for size, wanted in zip(shape, expected, strict=True)
    )


def check_rising(**arrays: AnyArray) -> None:
    """Refuse arrays whose numbers fall along the last axis.

    Raises:
        ValueError: Names the first.
    """
    for name, array in arrays.items():
        if (array[..., 1:] < array[..., :-1]).any():
            raise ValueError(f"the numbers of {name} fall, they must rise")
