"""Output of commands: tables for people, JSON and CSV for programs, one sentence a failure."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gennape.utils.terminal import printable, terminal_width

if TYPE_CHECKING:
    from gennape.frontends.network_list import UnreadNetwork
    from gennape.utils.text_table import TextTable


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
    from gennape.frontends.network_list import failure_text

    for failure in failed:
        print(printable(failure_text(failure), sys.stderr.encoding), file=sys.stderr)


def print_incomplete(models: Iterable[str]) -> None:
    """Print one sentence on standard error for each network whose costs are lower bounds."""
    for model in models:
        name = printable(model, sys.stderr.encoding)
        print(
            f"{name}: not all of its work is counted; MACs and parameters are lower bounds",
            file=sys.stderr,
        )


def show(*parts: "TextTable | str", widest: int | None = None) -> None:
    """Print on standard output: as wide as the terminal, or as needed where there is none.

    Args:
        parts: One below the other.
        widest: How wide where there is no terminal.
    """
    from gennape.utils.text_table import fold

    width = terminal_width() or widest
    for part in parts:
        if isinstance(part, str):
            line = printable(part, sys.stdout.encoding)
            print(*(fold(line, width) if width else [line]), sep="\n")
        else:
            print(part.text(width, sys.stdout.encoding))
