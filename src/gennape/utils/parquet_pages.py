"""Sizes that a Parquet file declares, read before any of its pages is.

Readers of Parquet take memory by what footer and page headers say, before they look at the pages,
and some damage ends the process. So both are read here first: the numbers of the structs
`FileMetaData` and `PageHeader` of the format (`parquet.thrift`), in Thrift's compact protocol.
"""

from collections.abc import Iterator
from io import BytesIO
from os import SEEK_CUR, SEEK_END
from typing import IO, Any, NamedTuple

_MAGIC = b"PAR1"
_TAIL = 8
"""Bytes at the end of a file: the length of the footer, and the magic bytes."""

_ROWS, _GROUPS, _COLUMNS, _COLUMN_METADATA = 3, 4, 1, 3
_VALUES, _COMPRESSED_SIZE, _DATA_PAGE, _DICTIONARY_PAGE = 5, 7, 9, 11
"""Numbers of the fields of the footer, from the file to a column in a group of rows."""

_UNCOMPRESSED, _COMPRESSED, _COUNT = 2, 3, 1
_DATA, _DICTIONARY, _DATA_2 = 5, 7, 8
"""Likewise of a page header, whose inner headers begin with the number of values."""

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_DEEPEST = 16
_MOST_PAGES = 1 << 20
_VARINT_BYTES = 10
_LONG_LIST = 15


class ColumnPart(NamedTuple):
    """The values of a column in one group of rows.

    Attributes:
        values: How many.
        start: Of the first page in the file.
        size: Bytes of all pages with their headers.
    """

    values: int
    start: int
    size: int


class PageSize(NamedTuple):
    """What the header of a page declares.

    Attributes:
        values: How many it has.
        uncompressed: Its bytes in memory.
        is_dictionary: Whether its values are those that other pages refer to.
    """

    values: int
    uncompressed: int
    is_dictionary: bool


def column_parts(stream: IO[bytes]) -> tuple[int, list[ColumnPart]]:
    """Read the footer of a file.

    Args:
        stream: The file.

    Returns:
        The number of rows, and all parts of all columns.

    Raises:
        ValueError: There is no footer, or a number is missing in it.
    """
    size = stream.seek(0, SEEK_END)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read(_TAIL)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or length > size - _TAIL:
        raise ValueError("it has no footer of a Parquet file")
    stream.seek(size - _TAIL - length)
    footer = _Struct(BytesIO(stream.read(length))).fields()
    groups = _structs(footer, _GROUPS)
    parts = []
    for column in (column for group in groups for column in _structs(group, _COLUMNS)):
        metadata = column.get(_COLUMN_METADATA)
        if not isinstance(metadata, dict):
            raise ValueError("the footer does not describe a column")
        start = _number(metadata, _DATA_PAGE)
        if _DICTIONARY_PAGE in metadata:
            start = min(start, _number(metadata, _DICTIONARY_PAGE))
        values, size = _number(metadata, _VALUES), _number(metadata, _COMPRESSED_SIZE)
        parts.append(ColumnPart(values, start, size))
    return max(_number(footer, _ROWS), *(_number(group, _ROWS) for group in groups), 0), parts


def page_sizes(stream: IO[bytes], part: ColumnPart) -> Iterator[PageSize]:
    """Yield what the pages of a part of a column declare.

    Args:
        stream: The file.
        part: Which pages.

    Raises:
        ValueError: The pages do not fill the part, or a header is none.
    """
    at, end = part.start, part.start + part.size
    for _ in range(_MOST_PAGES):
        if at >= end:
            break
        stream.seek(at)
        fields = _Struct(stream).fields()
        inner = next((fields[n] for n in (_DATA, _DICTIONARY, _DATA_2) if n in fields), None)
        values = 0 if inner is None else _number(inner, _COUNT)
        yield PageSize(values, _number(fields, _UNCOMPRESSED), _DICTIONARY in fields)
        at = stream.tell() + _number(fields, _COMPRESSED)
    if at != end:
        raise ValueError("a page ends outside its column")


def _number(fields: Any, number: int) -> int:
    value = fields.get(number) if isinstance(fields, dict) else None
    if type(value) is not int or value < 0:
        raise ValueError("a size is missing, of a page or in the footer")
    return value


def _structs(fields: dict[int, Any], number: int) -> list[dict[int, Any]]:
    found = fields.get(number)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError("the footer has no groups of rows")
    return found


class _Struct:
    """A struct in Thrift's compact protocol: its numbers, structs and lists of these."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def fields(self, depth: int = 0) -> dict[int, Any]:
        """Read all fields, by their numbers; texts are skipped."""
        if depth > _DEEPEST:
            raise ValueError("a page header or the footer is nested too deeply")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 0xF
            number = number + step if step else self._signed()
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (_TRUE, _FALSE, _BYTE):  # in lists truths have a byte each
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._signed()
        if kind in (_DOUBLE, _BINARY):
            self._stream.seek(8 if kind == _DOUBLE else self._unsigned(), SEEK_CUR)
            return None
        if kind in (_LIST, _SET):
            head = self._byte()
            length = head >> 4 if head >> 4 < _LONG_LIST else self._unsigned()
            return [self._value(head & 0xF, depth + 1) for _ in range(length)]
        if kind == _STRUCT:
            return self.fields(depth + 1)
        raise ValueError(f"a page header or the footer has a field of the unknown kind {kind}")

    def _byte(self) -> int:
        byte = self._stream.read(1)
        if not byte:
            raise ValueError("a page header or the footer is cut")
        return byte[0]

    def _unsigned(self) -> int:
        value = 0
        for place in range(_VARINT_BYTES):
            byte = self._byte()
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                return value
        raise ValueError("a page header or the footer has a number without end")

    def _signed(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)
