"""Protocol Buffers messages, as the fields on the wire.

Source: "Protocol Buffers: Encoding". A message is a sequence of fields, each a key (the
field's number times eight, plus a wire type) and a value; keys are varints: seven bits a
byte, the lowest first, all but the last with the highest bit set.
"""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from gennape.benchmarks.official.broken import Broken

_VARINT, _BYTES = 0, 2
_FLOATS = {1: Struct("<d"), 5: Struct("<f")}
_LONGEST_VARINT = 10


class Field(NamedTuple):
    """A field: its number and its value, a double, bytes, or an integer without sign."""

    number: int
    value: float | bytes


def read_fields(message: bytes) -> Iterator[Field]:
    """The fields of a message in their order.

    Doubles are read from fields of eight bytes, floats from those of four.

    Raises:
        Broken: The message is cut or holds something else.
    """
    at = 0
    while at < len(message):
        key, at = read_varint(message, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == _VARINT:
            value, at = read_varint(message, at)
            yield Field(number, value)
            continue
        if wire_type == _BYTES:
            size, at = read_varint(message, at)
        elif wire_type in _FLOATS:
            size = _FLOATS[wire_type].size
        else:
            raise Broken(f"has a protobuf field of wire type {wire_type}")
        piece = message[at : at + size]
        if len(piece) < size:
            raise Broken("has a protobuf message that is cut")
        at += size
        yield Field(number, piece if wire_type == _BYTES else _FLOATS[wire_type].unpack(piece)[0])


def read_varint(message: bytes, at: int) -> tuple[int, int]:
    """A varint and the position behind it.

    Raises:
        Broken: It does not end, or is longer than 64 bits need.
    """
    value = 0
    for position, byte in enumerate(message[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return value, at + position + 1
    raise Broken("has a protobuf number that does not end")
