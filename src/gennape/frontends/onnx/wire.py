"""The structure of an ONNX file, its weights left on the disk unless they are asked for.

A file is nested messages of protobuf: fields with a number, a kind, and a length. Here the large
ones are walked, and the numbers of large tensors are skipped without being read.

Source: https://protobuf.dev/programming-guides/encoding and onnx.proto.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gennape.utils.errors import GennapeError

KEPT = 1 << 17
"""Tensors of up to so many bytes keep their numbers."""
KEPT_IN_LARGE = 1 << 10
"""The same in files whose structure would be too large with them."""
MOST_BYTES = 1 << 28
"""Bytes of structure that a file may have."""
MOST_FIELDS = 1_500_000
"""Fields of large messages that are walked."""

_BLOCK = 1 << 16
_LONGEST_VARINT = 10
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}

_PARTS = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {
        5: "tensor",
        6: "graph",
        10: "tensor",
        11: "graph",
        22: "sparse tensor",
        23: "sparse tensor",
    },
    "sparse tensor": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""By message, the numbers of the fields that hold further messages with tensors in them."""

_SKIPPED = {
    "model": frozenset({6, 14, 20}),  # documentation, metadata, how it was trained
    "graph": frozenset({10, 16}),
    "node": frozenset({6, 9}),
    "tensor": frozenset({4, 5, 6, 7, 9, 10, 11}),  # numbers of each element type
}
"""By message, the numbers of the fields that are left out of large ones."""
_WITH_NUMBERS = {**_SKIPPED, "tensor": frozenset({6, 7, 11})}
"""The same where numbers are kept, but for texts and integers of 64 bits, which may grow."""


class WireError(GennapeError, ValueError):
    """Bytes that are no messages of protobuf, or more of them than a network has."""


class _Field(NamedTuple):
    number: int
    kind: int
    start: int
    begin: int  # of what it holds
    end: int


def structure_of(path: Path, with_numbers: bool = False) -> bytes:
    """Return the ONNX model in a file without the numbers of its large tensors.

    Args:
        path: The file.
        with_numbers: Whether these are kept all the same.

    Raises:
        WireError: The file is cut off, not of this form, or its structure is too large.
        OSError: It cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        size = file.seek(0, 2)
        for kept in (KEPT, KEPT_IN_LARGE):
            walk = _Walk(file, kept, _SKIPPED)
            pieces, length = walk.stripped("model", 0, size)
            if length <= MOST_BYTES:
                if with_numbers:
                    walk = _Walk(file, kept, _WITH_NUMBERS)
                    pieces, _ = walk.stripped("model", 0, size)
                return b"".join(walk.read(*p) if isinstance(p, tuple) else p for p in pieces)
    raise WireError(f"its structure without weights has more than {MOST_BYTES >> 20} MiB")


_Pieces = list[bytes | tuple[int, int]]
"""What is kept: new bytes, and ranges of the file."""


class _Walk:
    """A walk over the fields of a file, which is read in blocks."""

    def __init__(self, file: BinaryIO, kept: int, skipped: Mapping[str, frozenset[int]]) -> None:
        self._file = file
        self._kept = kept
        self._skipped = skipped
        self._block = b""
        self._block_start = 0
        self._fields_left = MOST_FIELDS

    def read(self, start: int, end: int) -> bytes:
        """Read a range of the file."""
        self._file.seek(start)
        parts = []
        while start < end:
            part = self._file.read(end - start)
            if not part:
                raise WireError("it became shorter while it was read")
            parts.append(part)
            start += len(part)
        return b"".join(parts)

    def stripped(self, message: str, begin: int, end: int) -> tuple[_Pieces, int]:
        """Return what is kept of a message, and how many bytes that is."""
        parts, skipped = _PARTS[message], self._skipped.get(message, frozenset())
        pieces: _Pieces = []
        kept_from, length = begin, 0
        for field in self._fields(begin, end):
            is_large = field.kind == _BYTES and field.end - field.begin > self._kept
            part = parts.get(field.number) if is_large else None
            if part is None and field.number not in skipped:
                continue
            pieces.append((kept_from, field.start))
            length += field.start - kept_from
            kept_from = field.end
            if part is not None:
                inner, size = self.stripped(part, field.begin, field.end)
                header = _varint(field.number << 3 | _BYTES) + _varint(size)
                pieces += [header, *inner]
                length += len(header) + size
        pieces.append((kept_from, end))
        return pieces, length + end - kept_from

    def _fields(self, at: int, end: int) -> Iterator[_Field]:
        """Yield the fields of a message."""
        while at < end:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise WireError(f"its large messages have more than {MOST_FIELDS:,} fields")
            tag, begin = self._number(at)
            kind = tag & 7
            if kind == _BYTES:
                length, begin = self._number(begin)
                after = begin + length
            elif kind == _VARINT:
                after = self._number(begin)[1]
            elif kind in _FIXED_SIZES:
                after = begin + _FIXED_SIZES[kind]
            else:
                raise WireError(f"it has a field of the unknown kind {kind}")
            if after > end or tag < 8:
                raise WireError("a part of it reaches beyond its end")
            yield _Field(tag >> 3, kind, at, begin, after)
            at = after

    def _number(self, at: int) -> tuple[int, int]:
        """Read an integer of variable length; return it and the position after it."""
        offset = at - self._block_start
        if not 0 <= offset <= len(self._block) - _LONGEST_VARINT:
            self._file.seek(at)
            self._block, self._block_start, offset = self._file.read(_BLOCK), at, 0
        value = shift = 0
        for byte in self._block[offset : offset + _LONGEST_VARINT]:
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value, at + shift // 7
        raise WireError("it ends in the middle of a number")


def _varint(value: int) -> bytes:
    """Write an integer of variable length."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
