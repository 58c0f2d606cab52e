"""Parquet files that anybody may have written, opened within limits.

A few kilobytes of Parquet can stand for any number of rows, a page of it for 2 GiB, and one text
for a million cells. So what a file declares is checked before it is read, and columns of texts stay
dictionaries until their lengths are known.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gennape.utils.errors import GennapeError, reading
from gennape.utils.parquet_pages import ColumnPart, column_parts, page_sizes

_MOST_VALUES, _VALUES_PER_BYTE = 1 << 26, 8
"""Values of a whole file, the second for each of its bytes: more are no measurements."""
_LARGEST_PAGE = 1 << 28
"""Bytes. Usual ones have a megabyte, the largest that a known writer makes are of 100."""
_LONGEST_TEXTS = 1 << 28
"""Characters of the cells of a column that are read at once."""


@contextmanager
def open_parquet(
    path: str | os.PathLike[str], error: type[GennapeError]
) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file; whatever goes wrong while it is read names it, see `reading`.

    Columns of texts are read as dictionaries. Pages with checksums are compared with them.

    Args:
        path: The file.
        error: What to raise.

    Raises:
        GennapeError: Of the type `error`: the file is absent, damaged, or declares sizes that no
            honest file has.
    """
    with reading(path, error, "a Parquet file", "give another, or write it again"):
        with open(path, "rb") as stream:
            _check(stream, os.path.getsize(path))
        schema = pq.read_schema(path)
        texts = [field.name for field in schema if _is_text(field.type)]
        with pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True) as file:
            yield file


def decoded(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return a column of texts as places in a list of them, `(rows,)`.

    Raises:
        ValueError: A cell is empty, or the column holds something else.
    """
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not _is_text(kind):
        raise ValueError(f"a column of texts holds {column.type}")
    if column.null_count:
        raise ValueError("a column of texts has empty cells")
    if not len(column):
        return np.empty(0, dtype=np.int64), []
    array = column.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    indices = array.indices.to_numpy().astype(np.int64)
    lengths = pc.binary_length(array.dictionary).to_numpy(zero_copy_only=False)
    if lengths.astype(np.float64)[indices].sum() > _LONGEST_TEXTS:
        raise ValueError("the texts of a column are too long for names")
    return indices, array.dictionary.to_pylist()


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check(stream: IO[bytes], size: int) -> None:
    """Refuse sizes that no honest file declares."""
    rows, parts = column_parts(stream)
    values = max(rows, sum(part.values for part in parts))
    if values > _MOST_VALUES + _VALUES_PER_BYTE * size:
        raise ValueError(f"{size:,} bytes declare {values:,} values")
    for part in parts:
        if part.values:
            _check_pages(stream, part)


def _check_pages(stream: IO[bytes], part: ColumnPart) -> None:
    for page in page_sizes(stream, part):
        if page.uncompressed > _LARGEST_PAGE:
            raise ValueError(f"a page declares {page.uncompressed:,} bytes")
        if page.values > (page.uncompressed if page.is_dictionary else part.values):
            raise ValueError(f"a page declares {page.values:,} values")
