"""Columns of a table that hold lists of integers, written as JSON."""

import json
from collections.abc import Iterator

import pyarrow as pa


def rows_of_lists(table: pa.Table, *columns: str) -> Iterator[tuple[list[int], ...]]:
    """The lists of each row, in the order of the columns; true and false count as 1 and 0.

    Raises:
        KeyError: There is no such column.
        ValueError: A cell holds no list of integers; says which.
    """
    texts = [table[column].to_pylist() for column in columns]
    for row, cells in enumerate(zip(*texts, strict=True)):
        yield tuple(
            _integers(cell, column, row) for cell, column in zip(cells, columns, strict=True)
        )


def _integers(cell: object, column: str, row: int) -> list[int]:
    values = json.loads(cell) if isinstance(cell, str) else None
    if not (isinstance(values, list) and all(isinstance(value, int) for value in values)):
        raise ValueError(f"{column} of row {row} is {cell!r}, no list of integers")
    return values
