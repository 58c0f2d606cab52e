import io

import pytest

from gennape.benchmarks import BenchmarkError
from gennape.benchmarks.official import tfrecord
from gennape.benchmarks.official.tfrecord import read_records
from official_files import tfrecord as frame

RECORDS = [b"first", b"", b"a longer third record", b"last"]
FILE = b"".join(map(frame, RECORDS))


def test_records_come_as_they_were_written() -> None:
    assert list(read_records(io.BytesIO(FILE))) == RECORDS
    assert list(read_records(io.BytesIO(b""))) == []


def test_checksums_are_compared_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tfrecord, "_CHECKED_TOGETHER", 3)
    assert list(read_records(io.BytesIO(FILE))) == RECORDS
    damaged = FILE[:-5] + b"?" + FILE[-4:]
    read = read_records(io.BytesIO(damaged))
    assert [next(read) for _ in range(3)] == RECORDS[:3]
    with pytest.raises(BenchmarkError, match="record 3 does not match its checksum"):
        next(read)


@pytest.mark.parametrize("byte", range(len(FILE)))
def test_any_changed_byte_is_noticed(byte: int) -> None:
    changed = bytes([*FILE[:byte], FILE[byte] ^ 0x10, *FILE[byte + 1 :]])
    with pytest.raises(
        BenchmarkError, match=r"the TFRecord file is damaged, .*; download it again"
    ):
        list(read_records(io.BytesIO(changed)))


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
