"""Limits of what a packed file may grow to: a few kilobytes of bzip2 can stand for 8 GB."""

import io
from typing import IO

from gennape.benchmarks.benchmark import BenchmarkError

_FACTOR, _FREE = 100, 1 << 21
"""Official files grow tenfold; small ones of tests may begin with more."""
_CHUNK = 1 << 16
_MOST_ENDS = 100
"""Times that a stream is read at its end: `tarfile` skips parts that are not there, of any size."""


class Growth:
    """Bytes that may still be unpacked of a source, all its files and layers together.

    Args:
        size: Bytes of the source.
    """

    def __init__(self, size: int) -> None:
        self._left = _FREE + _FACTOR * size

    def take(self, count: int) -> None:
        """Count unpacked bytes.

        Raises:
            BenchmarkError: They are too many.
        """
        self._left -= count
        if self._left < 0:
            raise BenchmarkError(f"unpacked it is more than {_FACTOR} times as large")

    def stream(self, unpacked: IO[bytes]) -> io.BufferedReader:
        """Return a stream that counts what is read of another."""
        return io.BufferedReader(_CountedStream(unpacked, self), _CHUNK)


class _CountedStream(io.RawIOBase):
    def __init__(self, stream: IO[bytes], growth: Growth) -> None:
        self._stream = stream
        self._growth = growth
        self._ends = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        piece = self._stream.read(len(buffer))
        self._growth.take(len(piece))
        self._ends += not piece
        if self._ends > _MOST_ENDS:
            raise EOFError("it is shorter than it states")
        buffer[: len(piece)] = piece
        return len(piece)
