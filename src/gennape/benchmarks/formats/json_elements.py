"""JSON files larger than memory: the elements of the outermost list or object, one at a time."""

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from gennape.benchmarks.benchmark import BenchmarkError

_CHUNK = 1 << 20
_LONGEST = 1 << 24
"""Characters of an element; in memory it may take twenty times as much."""
_EXPONENT = len("e+1")
"""Characters that must follow a number before it is known to be whole."""
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()
_ENDS = {"[": "]", "{": "}"}


class JsonElement(NamedTuple):
    """An element and its key, which elements of lists do not have."""

    key: str | None
    value: Any


def read_elements(stream: IO[bytes]) -> Iterator[JsonElement]:
    """Yield the elements of the outermost list or object.

    Where the value of a key is a list, its elements follow one by one under that key.

    Raises:
        BenchmarkError: The file is no such JSON, or is cut.
    """
    text = _Text(stream)
    try:
        yield from _elements(text, text.take("[{"))
    except (ValueError, RecursionError) as error:
        raise BenchmarkError(f"the JSON file is damaged or cut: {error}") from error


def _elements(text: "_Text", opening: str) -> Iterator[JsonElement]:
    end = _ENDS[opening]
    found = text.take(end) if text.peek() == end else ","
    while found != end:
        if opening == "[":
            yield JsonElement(None, text.value())
        else:
            yield from _elements_of_key(text)
        found = text.take("," + end)


def _elements_of_key(text: "_Text") -> Iterator[JsonElement]:
    key = text.value()
    if not isinstance(key, str):
        raise ValueError(f"{key!r} where a key belongs")
    text.take(":")
    if text.peek() == "[":
        yield from (JsonElement(key, value) for _, value in _elements(text, text.take("[")))
    else:
        yield JsonElement(key, text.value())


def _check_length(characters: int) -> None:
    if characters > _LONGEST:
        raise ValueError(f"an element has more than {_LONGEST:,} characters")


class _Text:
    """The part of a text that is not read yet."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")()
        self._buffer = ""
        self._at = 0

    def peek(self) -> str:
        """Return the next character that is no space."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._refill():
                raise ValueError("it ends too early")

    def take(self, expected: str) -> str:
        """Return the next character that is no space, which must be one of some."""
        found = self.peek()
        if found not in expected:
            raise ValueError(f"{found!r} where {' or '.join(expected)} belongs")
        self._at += 1
        return found

    def value(self) -> Any:
        """Return the next value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except ValueError:
                _check_length(len(self._buffer) - self._at)
                if not self._refill():
                    raise
                continue
            size = end - self._at
            _check_length(size)
            if end + _EXPONENT > len(self._buffer) and self._refill():
                continue
            self._at += size
            return value

    def _refill(self) -> bool:
        """Read more of the text, at least as much again as is left; say whether there was any."""
        left = self._buffer[self._at :]
        chunk = self._stream.read(max(_CHUNK, len(left)))
        more = self._decode.decode(chunk, final=not chunk)
        self._buffer, self._at = left + more, 0
        return bool(chunk)
