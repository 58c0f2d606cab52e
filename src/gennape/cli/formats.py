"""Results for other programs: JSON and CSV on standard output."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


OutputFormat = Annotated[
    Format, typer.Option("--format", help="A table for people, JSON or CSV for programs.")
]


def print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """A list of objects."""
    print(json.dumps(list(rows), indent=2))


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """A line with the columns' names, then one a row; what a row does not have is empty."""
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
