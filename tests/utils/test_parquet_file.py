"""What Parquet files declare is read before their pages, and bounds what is taken for them."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.utils import parquet_file
from gennape.utils.errors import GennapeError
from gennape.utils.parquet_file import decoded, open_parquet
from gennape.utils.parquet_pages import ColumnPart, PageSize, column_parts, page_sizes


def read(path: Path) -> pa.Table:
    with open_parquet(path, GennapeError) as file:
        return file.read()


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
def test_pages_of_honest_files(tmp_path: Path, codec: str, version: str) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"a": list("abcd" * 700), "b": [[1, 2], None] * 1400, "c": range(2800)})
    options = {"row_group_size": 1000, "data_page_size": 128, "write_page_checksum": True}
    pq.write_table(table, path, compression=codec, data_page_version=version, **options)
    assert read(path).num_rows == 2800
    metadata = pq.read_metadata(path)
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    columns = [group.column(number) for group in groups for number in range(group.num_columns)]
    with path.open("rb") as stream:
        rows, parts = column_parts(stream)
        assert rows == 2800
        for part, column in zip(parts, columns, strict=True):
            assert (part.values, part.size) == (column.num_values, column.total_compressed_size)
            pages = list(page_sizes(stream, part))
            values = sum(page.values for page in pages if not page.is_dictionary)
            assert values == column.num_values
            assert sum(page.is_dictionary for page in pages) == column.has_dictionary_page
            # Headers count too in what the footer says.
            total = sum(page.uncompressed for page in pages)
            assert 0 <= column.total_uncompressed_size - total < 200 * len(pages)


def test_a_page_header_by_hand() -> None:
    """Type 0, 10 bytes, 7 packed, a data page of 3 values: fields 1, 2, 3, then 5 with 1."""
    header = bytes([0x15, 0, 0x15, 20, 0x15, 14, 0x2C, 0x15, 6, 0, 0])
    part = ColumnPart(3, 0, 18)
    assert list(page_sizes(BytesIO(header + b"1234567"), part)) == [PageSize(3, 10, False)]
    for damaged in (header[:5], b"\x00" + header, header[:1] + b"\xff" * 20, b"\x1c" * 100):
        with pytest.raises(ValueError, match="page"):
            list(page_sizes(BytesIO(damaged), part))
    with pytest.raises(ValueError, match="a page ends outside its column"):
        list(page_sizes(BytesIO(header + b"1234567"), part._replace(size=17)))


def test_a_footer_by_hand() -> None:
    """5 rows and one group of 5 rows, with a column of 4 values whose pages are at 4 to 13."""
    column = bytes([0x3C, 0x56, 8, 0x26, 18, 0x26, 8, 0, 0])
    footer = bytes([0x36, 10, 0x19, 0x1C, 0x19, 0x1C, *column, 0x26, 10, 0, 0])
    tail = len(footer).to_bytes(4, "little") + b"PAR1"
    assert column_parts(BytesIO(footer + tail)) == (5, [ColumnPart(4, 4, 9)])
    for damaged in (tail, footer[:-1] + tail, footer + tail[:-1], b"", footer.replace(b"V", b"X")):
        with pytest.raises(ValueError, match="footer"):
            column_parts(BytesIO(damaged if damaged[-1:] != b"\0" else damaged + tail))


@given(data=st.binary(max_size=80), size=st.integers(0, 100))
def test_any_bytes_end_in_sizes_or_an_error(data: bytes, size: int) -> None:
    try:
        pages = list(page_sizes(BytesIO(data), ColumnPart(3, 0, size)))
    except ValueError as error:
        assert "page" in str(error)
    else:
        assert all(page.values >= 0 and page.uncompressed >= 0 for page in pages)
    with pytest.raises(ValueError):
        column_parts(BytesIO(data + len(data).to_bytes(4, "little") + b"PAR1"))


def rows_of_one_value(path: Path) -> None:
    schema = pa.schema([("a", pa.int8())])
    with pq.ParquetWriter(path, schema) as writer:
        for _ in range(20):
            writer.write_table(pa.table({"a": np.zeros(1 << 22, np.int8)}, schema))


def a_page_of_zeros(path: Path) -> None:
    table = pa.table({"a": [b"\0" * (300 << 20)]})
    pq.write_table(table, path, compression="zstd", use_dictionary=False)


@pytest.mark.parametrize(
    ("write", "sentence"),
    [(rows_of_one_value, "bytes declare"), (a_page_of_zeros, "a page declares")],
)
def test_files_that_grow_a_thousandfold(
    tmp_path: Path, write: Callable[[Path], None], sentence: str
) -> None:
    path = tmp_path / "bomb.parquet"
    write(path)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(GennapeError, match=rf"bomb\.parquet cannot be read as .*{sentence}"):
        read(path)


def test_one_text_of_many_cells_is_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "texts.parquet"
    pq.write_table(pa.table({"a": ["x" * 1_000] * 10_000}), path)
    column = read(path)["a"]
    assert column.nbytes < 100_000
    places, texts = decoded(column)
    assert (places.tolist(), texts) == ([0] * 10_000, ["x" * 1_000])
    monkeypatch.setattr(parquet_file, "_LONGEST_TEXTS", 9_999_999)
    with pytest.raises(ValueError, match="too long"):
        decoded(column)


@given(texts=st.lists(st.text(max_size=5), max_size=20), cut=st.integers(0, 20))
def test_texts_come_back_however_they_are_kept(texts: list[str], cut: int) -> None:
    parts = [pa.array(part, pa.string()) for part in (texts[:cut], texts[cut:])]
    whole = pa.chunked_array(parts, pa.string())
    for column in (whole, whole.cast(pa.large_string()), whole.dictionary_encode()):
        places, different = decoded(column)
        assert [different[place] for place in places] == texts


@pytest.mark.parametrize("cells", [[1], ["a", None], [b"a"]])
def test_cells_that_are_no_texts(cells: list[object]) -> None:
    with pytest.raises(ValueError, match="a column of texts"):
        decoded(pa.chunked_array([pa.array(cells)]))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(GennapeError, match=r"absent cannot be read as a Parquet file \(No such"):
        read(tmp_path / "absent")
    (tmp_path / "text.parquet").write_text("PAR1")
    with pytest.raises(GennapeError, match=r"text\.parquet cannot be read as a Parquet file"):
        read(tmp_path / "text.parquet")
