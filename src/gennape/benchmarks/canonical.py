"""The one Parquet table that every official benchmark file is turned into.

A row is one measured value of one training run of one architecture. The columns are those
of `SCHEMA`; values are in the unit that the metric has in `docs/commands/import.md`,
accuracies always in percent.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.utils.array_types import IntArray
from gennape.utils.files import atomic_file
from gennape.utils.parquet_file import decoded, open_parquet

_FORMAT = {b"gennape": b"canonical benchmark table 1"}
_FAMILIES = "families"
_ROWS_IN_MEMORY, _TEXTS_IN_MEMORY = 100_000, 1 << 26
"""Rows, and characters of their architectures."""
_TEXT = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [
        pa.field("family", _TEXT, nullable=False),
        pa.field("architecture", _TEXT, nullable=False),
        pa.field("dataset", _TEXT, nullable=False),
        pa.field("split", _TEXT, nullable=False),
        pa.field("epochs", pa.int32()),
        pa.field("seed", pa.int64()),
        pa.field("metric", _TEXT, nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("seconds", pa.float64()),
        pa.field("macs", pa.int64()),
        pa.field("parameters", pa.int64()),
        pa.field("file", _TEXT, nullable=False),
        pa.field("sha256", _TEXT, nullable=False),
    ],
    metadata=_FORMAT,
)


READ_COLUMNS = ("family", "architecture", "dataset", "split", "metric", "epochs", "value")
"""Columns that labels are read from."""


class MeasuredValue(NamedTuple):
    """A row of the table without the file that it comes from.

    Attributes:
        family: Name of the architecture's family.
        architecture: The line that the family's `parse` reads; where gennape has no such
            family, the source's own text.
        dataset: What was learned.
        split: What the value was measured on.
        metric: What was measured; "accuracy" is top-1 accuracy in percent.
        value: The measured value, finite.
        epochs: Epochs of the training.
        seed: Of the training, where the source names one.
        seconds: Training time up to the value.
        macs: Multiply-accumulate operations of the network for one image.
        parameters: Trainable parameters of the network.
    """

    family: str
    architecture: str
    dataset: str
    split: str
    metric: str
    value: float
    epochs: int | None = None
    seed: int | None = None
    seconds: float | None = None
    macs: int | None = None
    parameters: int | None = None


class CanonicalWriter:
    """Writer of rows in groups, so that few are in memory.

    Args:
        parquet: Where they go.

    Attributes:
        rows: Rows written so far.
    """

    def __init__(self, parquet: pq.ParquetWriter) -> None:
        self._parquet = parquet
        self._columns: dict[str, list[object]] = {name: [] for name in SCHEMA.names}
        self._families: dict[str, None] = {}
        self._texts = 0
        self.rows = 0

    def write(self, measurement: MeasuredValue, file: str, sha256: str) -> None:
        """Add a row.

        Args:
            measurement: The row.
            file: Name of the file that it comes from.
            sha256: The file's checksum.
        """
        self._families[measurement.family] = None
        for name, value in zip(MeasuredValue._fields, measurement, strict=True):
            self._columns[name].append(value)
        self._columns["file"].append(file)
        self._columns["sha256"].append(sha256)
        self.rows += 1
        self._texts += len(measurement.architecture)
        if len(self._columns["file"]) == _ROWS_IN_MEMORY or self._texts > _TEXTS_IN_MEMORY:
            self._flush()

    def finish(self) -> None:
        """Write what is left."""
        self._flush()
        self._parquet.add_key_value_metadata({_FAMILIES: json.dumps(list(self._families))})

    def _flush(self) -> None:
        self._parquet.write_table(pa.table(self._columns, SCHEMA))
        for column in self._columns.values():
            column.clear()
        self._texts = 0


@contextmanager
def new_table(path: Path) -> Iterator[CanonicalWriter]:
    """Write a table that appears under its name only when it is whole."""
    with (
        atomic_file(path) as partial,
        pq.ParquetWriter(partial, SCHEMA, compression="zstd", write_page_checksum=True) as parquet,
    ):
        writer = CanonicalWriter(parquet)
        yield writer
        writer.finish()


def families_of(path: Path) -> list[str]:
    """Return a canonical table's families in the order of their first rows; none for others.

    A table that another tool has written again, without its metadata, is known by its columns.
    """
    try:
        with open_parquet(path, BenchmarkError) as file:
            metadata = file.metadata.metadata or {}
            if _FORMAT.items() <= metadata.items():
                return _texts(json.loads(metadata[_FAMILIES.encode()]))
            if not set(READ_COLUMNS) <= set(file.schema_arrow.names):
                return []
            found: dict[str, None] = {}
            for batch in file.iter_batches(columns=["family"]):
                places, texts = decoded(pa.chunked_array([batch["family"]]))
                found.update(dict.fromkeys(texts[place] for place in first_places(places)))
            return list(found)
    except BenchmarkError:
        return []


def first_places(places: IntArray) -> IntArray:
    """Return the different numbers of an array, in the order of their first occurrences."""
    present, first = np.unique(places, return_index=True)
    ordered: IntArray = present[np.argsort(first)]
    return ordered


def _texts(names: Any) -> list[str]:
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise BenchmarkError("its families are no texts")
    return names
