"""How tables look."""

import sys

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table

_NO_WRAPPING = 10_000


def new_table(*headings: str) -> Table:
    """An empty table with a line under its headings and no frame."""
    return Table(*headings, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)


def show(*parts: RenderableType) -> None:
    """Print on standard output: as wide as the terminal, or as needed where there is none."""
    console = Console(width=None if sys.stdout.isatty() else _NO_WRAPPING)
    for part in parts:
        console.print(part)
