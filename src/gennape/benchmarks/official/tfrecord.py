"""TFRecord files: records with their length, each with its checksum.

Source: TensorFlow, "TFRecord and tf.train.Example": the length of a record (8 bytes,
little endian), the length's masked CRC-32C (4 bytes), the record, its masked CRC-32C.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from struct import Struct
from typing import IO, NamedTuple

import numpy as np

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.official.crc32c import crc32c, masked

_HEAD = Struct("<8sI")
_LENGTH = Struct("<Q")
_CHECKSUM = Struct("<I")
_CHECKED_TOGETHER = 4_096
_LONGEST = 1 << 24


class _Frame(NamedTuple):
    record: bytes
    checksum: int


def read_records(stream: IO[bytes]) -> Iterator[bytes]:
    """The records, each compared with its checksum.

    Raises:
        BenchmarkError: The file is cut, or a record is not as it was written; says which.
    """
    frames = _frames(stream)
    first = 0
    while some := list(islice(frames, _CHECKED_TOGETHER)):
        wrong = masked(crc32c([frame.record for frame in some])) != [f.checksum for f in some]
        if wrong.any():
            raise _damaged(f"record {first + int(np.argmax(wrong))} does not match its checksum")
        yield from (frame.record for frame in some)
        first += len(some)


def _frames(stream: IO[bytes]) -> Iterator[_Frame]:
    number = 0
    while head := stream.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise _damaged(f"it is cut in record {number}")
        packed, checksum = _HEAD.unpack(head)
        (length,) = _LENGTH.unpack(packed)
        if _checksum_of_length(packed) != checksum or length > _LONGEST:
            raise _damaged(f"the length of record {number} does not match its checksum")
        body = stream.read(length + _CHECKSUM.size)
        if len(body) < length + _CHECKSUM.size:
            raise _damaged(f"it is cut in record {number}")
        yield _Frame(body[:length], _CHECKSUM.unpack(body[length:])[0])
        number += 1


@lru_cache(maxsize=4_096)
def _checksum_of_length(packed: bytes) -> int:
    return int(masked(crc32c([packed]))[0])


def _damaged(what: str) -> BenchmarkError:
    return BenchmarkError(f"the TFRecord file is damaged, {what}; download it again")
