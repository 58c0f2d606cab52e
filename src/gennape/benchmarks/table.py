"""How one Parquet file of labels is read; each family describes its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from gennape.benchmarks.benchmark import Split, no_split


@dataclass(frozen=True)
class Table:
    """A labelled table.

    Attributes:
        file: Name of the file in the data folder.
        space: Name of the family its architectures belong to.
        read: The architectures of its rows.
        labels: Columns that are labels, the one that estimators are judged on first.
        sort_by: Column that orders the rows; file order unless given.
        split_rows: Which of so many rows are for training and which for the test.
    """

    file: str
    space: str
    read: Callable[[pa.Table, Any], list[Any]]
    labels: tuple[str, ...]
    sort_by: str | None = None
    split_rows: Callable[[int], Split] = no_split
