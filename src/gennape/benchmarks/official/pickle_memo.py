"""What a pickle has stored and may refer back to, in little memory."""

from array import array
from typing import Any

from gennape.benchmarks.official.plain_types import CONSTANTS

_OBJECT = 0xFFFFFFFF
_LARGEST_GAP = 1
_MOST_RUNS = 1_000


class Memo:
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
        self._runs: dict[tuple[str, int], tuple[list[str], array[int]]] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def add(self, value: Any) -> None:
        """Store a value under the next number."""
        self._codes.append(self._code(value, len(self._codes)))

    def add_texts(self, joined: str, length: int) -> list[str]:
        """Store strings under the next numbers.

        Args:
            joined: The strings, one after another.
            length: Of each.

        Returns:
            The strings.
        """
        if (joined, length) not in self._runs:
            if len(self._runs) == _MOST_RUNS:
                self._runs.clear()
            texts = [joined[at : at + length] for at in range(0, len(joined), length)]
            self._runs[joined, length] = texts, array("I", map(self._code_of_text, texts))
        texts, codes = self._runs[joined, length]
        self._codes.extend(codes)
        return texts

    def put(self, number: int, value: Any) -> None:
        """Store a value under a number.

        Raises:
            ValueError: The number leaves a gap, which no pickler does.
        """
        if number > len(self._codes) + _LARGEST_GAP:
            raise ValueError(f"value {number} is stored after value {len(self._codes) - 1}")
        while number >= len(self._codes):
            self._codes.append(_OBJECT)
        self._codes[number] = self._code(value, number)

    def get(self, number: int) -> Any:
        """The value of a number.

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

    def _code(self, value: Any, number: int) -> int:
        if type(value) is str:
            return self._code_of_text(value)
        self._objects[number] = value
        return _OBJECT

    def _code_of_text(self, text: str) -> int:
        code = self._code_of.setdefault(text, len(self._texts))
        if code == len(self._texts):
            self._texts.append(text)
        return code
