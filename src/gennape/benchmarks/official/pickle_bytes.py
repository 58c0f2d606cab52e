"""The bytes of a pickle, a piece of a large stream at a time."""

from typing import IO

from gennape.benchmarks.benchmark import BenchmarkError

_CHUNK = 1 << 20
_LONGEST = 1 << 28
"""Bytes of the longest value; a damaged length must not claim all memory."""


class PickleError(BenchmarkError):
    """A pickle that is damaged or holds more than plain data; says what."""


class PickleBytes:
    """The bytes of a pickle, in order.

    Args:
        stream: Where the pickle begins.
        begun: Bytes of the pickle that were read from the stream already.
    """

    def __init__(self, stream: IO[bytes], begun: bytes = b"") -> None:
        self._stream = stream
        self._buffer = begun
        self._at = 0

    def read(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            PickleError: There are not so many, or no value has so many.
        """
        end = self._at + size
        if end > len(self._buffer):
            if size > _LONGEST:
                raise PickleError(f"the pickle is damaged: one value has {size:,} bytes")
            self._refill(size)
            end = size
            if end > len(self._buffer):
                raise PickleError("the pickle ends too early; the file is cut")
        piece = self._buffer[self._at : end]
        self._at = end
        return piece

    def line(self) -> str:
        """The next line of text."""
        line = bytearray()
        while (byte := self.read(1)) != b"\n":
            line += byte
        return line.decode()

    def ahead(self, size: int) -> bytes:
        """So many of the next bytes, fewer at the end; they stay to be read."""
        if self._at + size > len(self._buffer):
            self._refill(size)
        return self._buffer[self._at : self._at + size]

    def skip(self, size: int) -> None:
        """Go on behind bytes that `ahead` gave."""
        self._at += size

    def rest(self) -> bytes:
        """What was read from the stream and not from here."""
        return self._buffer[self._at :]

    def _refill(self, size: int) -> None:
        """Have so many bytes in the buffer, unless the stream ends before."""
        kept = self.rest()
        self._buffer = kept + self._stream.read(max(size - len(kept), _CHUNK))
        self._at = 0
