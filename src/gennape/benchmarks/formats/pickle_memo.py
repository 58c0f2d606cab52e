"""What a pickle has stored and may refer back to, in little memory."""

from array import array
from typing import Any

from gennape.benchmarks.formats.pickle_names import CONSTANTS

_OBJECT = 0xFFFFFFFF
_LARGEST_GAP = 1
_MOST = 3_000_000
"""Different texts, and other values of a record."""


class PickleMemo:
    """Values by the numbers that a pickle gave them.

    Official files store a hundred million strings, few of them distinct, and never refer
    to a container of an earlier record. So each distinct string is kept for good, with
    four bytes for each number that it has, and so are constants; everything else is kept
    until its record is forgotten.
    """

    def __init__(self) -> None:
        self._codes = array("I")
        self._texts: list[str] = []
        self._code_of: dict[str, int] = {}
        self._objects: dict[int, Any] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def __setitem__(self, number: int, value: Any) -> None:
        """Store a value.

        Raises:
            ValueError: The number leaves a gap, which no pickler does.
        """
        if number > len(self._codes) + _LARGEST_GAP:
            raise ValueError(f"value {number} is stored after value {len(self._codes) - 1}")
        while number >= len(self._codes):
            self._codes.append(_OBJECT)
        if len(self._objects) > _MOST or len(self._texts) > _MOST:
            raise ValueError("it refers to more values than official files do")
        if type(value) is not str:
            self._objects[number] = value
            return
        code = self._codes[number] = self._code_of.setdefault(value, len(self._texts))
        if code == len(self._texts):
            self._texts.append(value)

    def __getitem__(self, number: int) -> Any:
        """Return the value of a number.

        Raises:
            LookupError: There is none, or it was forgotten.
        """
        code = self._codes[number]
        if code != _OBJECT:
            return self._texts[code]
        if number not in self._objects:
            raise LookupError(f"value {number} is not there, or belongs to an earlier record")
        return self._objects[number]

    def replace(self, old: Any, new: Any) -> None:
        """Store `new` where `old`, which was stored lately, is."""
        for number in reversed(self._objects):
            if self._objects[number] is old:
                self._objects[number] = new
                return

    def forget_since(self, first: Any) -> None:
        """Forget a container and all that was stored after it, but for strings and constants."""
        later = []
        for number, value in reversed(self._objects.items()):
            if not isinstance(value, CONSTANTS):
                later.append(number)
            if value is first:
                for forgotten in later:
                    del self._objects[forgotten]
                return
