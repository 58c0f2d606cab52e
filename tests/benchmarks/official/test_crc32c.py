import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import official_files
from gennape.benchmarks.official.crc32c import crc32c, masked

# RFC 3720, appendix B.4, and the usual check value.
VECTORS = {
    b"123456789": 0xE3069283,
    bytes(32): 0x8A9136AA,
    b"\xff" * 32: 0x62A8AB43,
    bytes(range(32)): 0x46DD794E,
    bytes(range(31, -1, -1)): 0x113FDB5C,
}


def test_known_vectors() -> None:
    assert crc32c(list(VECTORS)).tolist() == list(VECTORS.values())
    assert crc32c([b""]).tolist() == [0]
    assert crc32c([]).tolist() == []


@given(st.lists(st.binary(max_size=40)))
def test_many_at_once_are_as_each_bit_by_bit(texts: list[bytes]) -> None:
    assert crc32c(texts).tolist() == [official_files.crc32c(text) for text in texts]


def test_the_mask() -> None:
    # (0xE3069283 rotated right by 15 bits) + 0xA282EAD8
    assert masked(np.array([0xE3069283], np.uint32)).tolist() == [0xC78AB0E5]
