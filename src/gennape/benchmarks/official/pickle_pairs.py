"""Many pairs of a key and a number at once, as learning curves are pickled.

A curve is a dictionary from the epoch, or from text such as `x-valid@199`, to a number.
Nearly all of an official file is such pairs, one after another in the same layout, so
they are read as the rows of an array.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gennape.benchmarks.official.pickle_memo import Memo

LOOK_AHEAD = 1 << 13
"""Bytes in which pairs are looked for."""

_FEWEST = 4
_LONGEST = 64
_NUMBER = b"G"
_STORE_NEXT = b"\x94"
_STORE = b"r"

Rows = npt.NDArray[np.void]
Fields = list[tuple[str, str]]
ReadKeys = Callable[[Rows, Memo], list[Any] | None]


class Pairs(NamedTuple):
    """Keys and values in turn, and the number of bytes that they are in."""

    values: list[Any]
    size: int


def read_pairs(ahead: bytes, memo: Memo) -> Pairs | None:
    """The pairs at the start of some opcodes, or None where there are too few to gain by it."""
    layout = _layout_of_key(ahead)
    if layout is None:
        return None
    fields, read_keys = layout
    row = np.dtype([*fields, ("same_code", "S1"), ("value", ">f8")])
    rows = np.frombuffer(ahead, row, len(ahead) // row.itemsize)
    if len(rows) < _FEWEST or rows["same_code"][0] != _NUMBER:
        return None
    alike = np.logical_and.reduce(
        [rows[name] == rows[name][0] for name in row.names or () if name.startswith("same")]
    )
    rows = rows if alike.all() else rows[: alike.argmin()]
    keys = read_keys(rows, memo) if len(rows) >= _FEWEST else None
    if keys is None:
        return None
    values: list[Any] = [None] * (2 * len(rows))
    values[::2], values[1::2] = keys, rows["value"].tolist()
    return Pairs(values, rows.nbytes)


def _layout_of_key(ahead: bytes) -> tuple[Fields, ReadKeys] | None:
    """The fields of a key's bytes, of which some are the same in all rows, and its reader."""
    code = ahead[:1]
    if code in _FIXED:
        field, read = _FIXED[code]
        return [("same_key", "S1"), ("key", field)], read
    if code not in _LENGTHS:
        return None
    length_field = _LENGTHS[code]
    head = 1 + np.dtype(length_field).itemsize
    length = int.from_bytes(ahead[1:head], "little")
    if not 0 < length <= _LONGEST:
        return None
    text = [("same_key", "S1"), ("same_length", length_field), ("key", f"S{length}")]
    stored = ahead[head + length :][:1]
    if stored == _STORE_NEXT:
        return [*text, ("same_store", "S1")], _texts
    if stored == _STORE:
        return [*text, ("same_store", "S1"), ("number", "<u4")], _texts
    return None


def _integers(rows: Rows, memo: Memo) -> list[Any]:
    return list(rows["key"].tolist())


def _referred(rows: Rows, memo: Memo) -> list[Any]:
    return [memo.get(number) for number in rows["key"].tolist()]


def _texts(rows: Rows, memo: Memo) -> list[Any] | None:
    """Texts, which are stored as they are read; None where they are no plain ASCII."""
    if "number" in (rows.dtype.names or ()):
        numbers = np.arange(len(memo), len(memo) + len(rows))
        if not np.array_equal(rows["number"], numbers):
            return None
    keys = rows["key"].tobytes()
    if not keys.isascii():
        return None
    return memo.add_texts(keys.decode(), rows.dtype["key"].itemsize)


_FIXED: dict[bytes, tuple[str, ReadKeys]] = {
    b"K": ("u1", _integers),
    b"M": ("<u2", _integers),
    b"h": ("u1", _referred),
    b"j": ("<u4", _referred),
}
_LENGTHS = {b"X": "<u4", b"\x8c": "u1"}
