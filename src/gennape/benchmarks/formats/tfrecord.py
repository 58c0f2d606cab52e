"""TFRecord files: records, each with its length before it.

Source: TensorFlow, "TFRecord and tf.train.Example": the length of a record (8 bytes,
little endian), the length's checksum (4 bytes), the record, its checksum (4 bytes). The
checksums are skipped: that of the whole file is compared instead.
"""

from collections.abc import Iterator
from struct import Struct
from typing import IO

from gennape.benchmarks.benchmark import BenchmarkError

_LENGTH = Struct("<QI")
_CHECKSUM_SIZE = 4
_LONGEST = 1 << 20


def read_records(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the records.

    Raises:
        BenchmarkError: The file is cut, or is no TFRecord file; says in which record.
    """
    number = 0
    while head := stream.read(_LENGTH.size):
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
        if length > _LONGEST:
            raise _damaged(f"the length of record {number} is {length:,} bytes")
        body = stream.read(length + _CHECKSUM_SIZE)
        if len(body) < length + _CHECKSUM_SIZE:
            raise _damaged(f"it is cut in record {number}")
        yield body[:length]
        number += 1


def _damaged(what: str) -> BenchmarkError:
    return BenchmarkError(f"the TFRecord file is damaged, {what}; download it again")
