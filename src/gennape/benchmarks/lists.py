"""Columns of a table that hold texts, or lists written as JSON."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa


def texts(table: pa.Table, column: str) -> list[str]:
    """The texts of a column.

    Raises:
        KeyError: There is no such column.
        ValueError: A cell holds no text; says which.
    """
    cells: list[str] = table[column].to_pylist()
    for row, cell in enumerate(cells):
        if not isinstance(cell, str):
            raise ValueError(f"{column} of row {row} is {cell!r}, no text")
    return cells


def lists(
    table: pa.Table, column: str, is_item: Callable[[Any], bool], items: str
) -> Iterator[list[Any]]:
    """The lists of a column.

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
    """The lists of integers of each row, in the order of the columns.

    True and false count as 1 and 0. Raises what `lists` does.
    """
    return zip(*(lists(table, column, _is_integer, "integers") for column in columns), strict=True)


def _is_integer(value: object) -> bool:
    return isinstance(value, int)
