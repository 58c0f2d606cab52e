import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.benchmarks.official.broken import Broken
from gennape.benchmarks.official.protobuf import read_fields, read_varint
from official_files import double, nested, varint


def test_the_examples_of_the_documentation() -> None:
    """From "Protocol Buffers: Encoding"."""
    assert list(read_fields(b"\x08\x96\x01")) == [(1, 150)]
    assert list(read_fields(b"\x12\x07testing")) == [(2, b"testing")]
    assert list(read_fields(b"\x1a\x03\x08\x96\x01")) == [(3, b"\x08\x96\x01")]


@given(st.integers(0, 2**64 - 1), st.binary(max_size=3))
def test_varints(value: int, behind: bytes) -> None:
    before = b"\xff"
    written = varint(value)
    assert read_varint(before + written + behind, 1) == (value, 1 + len(written))


@given(
    st.lists(st.tuples(st.integers(1, 15), st.floats() | st.binary() | st.integers(0, 2**64 - 1)))
)
def test_fields(fields: list[tuple[int, float | bytes | int]]) -> None:
    message = b""
    for number, value in fields:
        if isinstance(value, float):
            message += double(number, value)
        elif isinstance(value, bytes):
            message += nested(number, value)
        else:
            message += bytes([number << 3]) + varint(value)
    assert repr([tuple(field) for field in read_fields(message)]) == repr(fields)


def test_four_bytes_are_a_float() -> None:
    assert list(read_fields(b"\x0d\x00\x00\x20\x40")) == [(1, 2.5)]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"\x08", "does not end"),
        (b"\x08" + b"\xff" * 10 + b"\x01", "does not end"),
        (b"\x12\x07test", "is cut"),
        (b"\x09\x00\x00", "is cut"),
        (b"\x0b", "wire type 3"),
    ],
)
def test_damaged_messages(message: bytes, reason: str) -> None:
    with pytest.raises(Broken, match=reason):
        list(read_fields(message))
