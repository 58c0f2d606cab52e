"""Output of commands: tables for people, JSON and CSV for programs, one sentence a failure."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from gennape.frontends.network_list import UnreadNetwork

_NO_WRAPPING = 10_000


class Format(StrEnum):
    """Output formats."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


OutputFormat = Annotated[
    Format, typer.Option("--format", help="A table for people, JSON or CSV for programs.")
]


def print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print a list of objects."""
    print(json.dumps(list(rows), indent=2))


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print the columns' names, then one line a row; missing values are empty."""
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def print_failures(failed: "Iterable[UnreadNetwork]") -> None:
    """Print one sentence each on standard error, which names the network."""
    for failure in failed:
        named = failure.model in failure.error
        print(failure.error if named else f"{failure.model}: {failure.error}", file=sys.stderr)


def print_incomplete(models: Iterable[str]) -> None:
    """Print one sentence on standard error for each network whose costs are lower bounds."""
    for model in models:
        print(
            f"{model}: not all of its work is counted; MACs and parameters are lower bounds",
            file=sys.stderr,
        )


def new_table(*headings: str) -> "Table":
    """Make an empty table with a line under its headings and no frame."""
    from rich import box
    from rich.table import Table

    return Table(*headings, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)


def show(*parts: "RenderableType") -> None:
    """Print on standard output: as wide as the terminal, or as needed where there is none."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else _NO_WRAPPING)
    for part in parts:
        console.print(part)
