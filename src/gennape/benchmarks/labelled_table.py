"""How a Parquet file of labels is read; each of the tables describes its own.

Architectures are in columns of texts, or of lists written as JSON.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from gennape.benchmarks.benchmark import Split, no_split
from gennape.utils.parquet_file import decoded


@dataclass(frozen=True)
class LabelledTable:
    """A labelled table of one Parquet file.

    Attributes:
        file: Name of the file in the data folder.
        space: Name of the family its architectures belong to.
        read: Gives the architectures of its rows, for a table and its family.
        labels: Columns that are labels, the one that estimators are judged on first.
        sort_by: Column that orders the rows; file order unless given.
        split_rows: Gives the split of so many rows.
    """

    file: str
    space: str
    read: Callable[[pa.Table, Any], list[Any]]
    labels: tuple[str, ...]
    sort_by: str | None = None
    split_rows: Callable[[int], Split] = no_split


def texts(table: pa.Table, column: str) -> list[str]:
    """Return the texts of a column.

    Raises:
        KeyError: There is no such column.
        ValueError: A cell holds no text; says which.
    """
    cells = table[column]
    kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if cells.null_count or (not is_text and len(cells)):
        row = cells.is_null().index(True).as_py() if is_text else 0
        raise ValueError(f"{column} of row {row} is {cells[row].as_py()!r}, no text")
    places, different = decoded(cells)
    return [different[place] for place in places]


def lists(
    table: pa.Table, column: str, is_item: Callable[[Any], bool], items: str
) -> Iterator[list[Any]]:
    """Yield the lists of a column.

    Args:
        table: The table.
        column: Name of the column.
        is_item: Whether a list may hold a value.
        items: What such values are called.

    Raises:
        KeyError: There is no such column.
        ValueError: A cell holds no list of such values; says which.
    """
    for row, text in enumerate(texts(table, column)):
        values = json.loads(text)
        if not (isinstance(values, list) and all(map(is_item, values))):
            raise ValueError(f"{column} of row {row} is {text!r}, no list of {items}")
        yield values


def rows_of_lists(table: pa.Table, *columns: str) -> Iterator[tuple[list[int], ...]]:
    """Yield the lists of integers of each row, in the order of the columns.

    True and false count as 1 and 0. Raises what `lists` does.
    """
    return zip(*(lists(table, column, _is_integer, "integers") for column in columns), strict=True)


def _is_integer(value: object) -> bool:
    return isinstance(value, int)
