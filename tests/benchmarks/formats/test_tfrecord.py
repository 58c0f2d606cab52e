import io
import struct

import pytest

from gennape.benchmarks import BenchmarkError
from gennape.benchmarks.formats.tfrecord import read_records
from helpers.official_files import tfrecord as frame

RECORDS = [b"first", b"", b"a longer third record", b"last"]
FILE = b"".join(map(frame, RECORDS))


def test_records_come_as_they_were_written() -> None:
    assert list(read_records(io.BytesIO(FILE))) == RECORDS
    assert list(read_records(io.BytesIO(b""))) == []


def test_a_length_that_no_record_has_is_refused() -> None:
    damaged = frame(b"first") + struct.pack("<QI", 1 << 40, 0) + bytes(99)
    records = read_records(io.BytesIO(damaged))
    assert next(records) == b"first"
    with pytest.raises(
        BenchmarkError,
        match=r"^the TFRecord file is damaged, the length of record 1 is 1,099,511,627,776 bytes; "
        r"download it again$",
    ):
        next(records)


def test_a_file_that_is_cut_is_noticed_unless_between_records() -> None:
    between, at = {0}, 0
    for record in RECORDS:
        at += len(frame(record))
        between.add(at)
    for length in range(len(FILE)):
        if length in between:
            list(read_records(io.BytesIO(FILE[:length])))
        else:
            with pytest.raises(BenchmarkError, match="it is cut in record"):
                list(read_records(io.BytesIO(FILE[:length])))
