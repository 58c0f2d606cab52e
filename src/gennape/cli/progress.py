"""Progress of long commands, on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from gennape.utils.progress import ProgressCallback

_FEW = 4
"""Networks that are read in a moment."""


@contextmanager
def progress_bar() -> Iterator[ProgressCallback]:
    """One bar for each thing that is done, one after another.

    Gives a function that is told of the progress.
    """
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
    )
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int, note: str = "") -> None:
        progress.start()
        if what not in tasks:
            tasks[what] = progress.add_task(what, note="")
        progress.update(tasks[what], completed=done, total=total, note=note)

    try:
        yield report
    finally:
        if tasks:
            progress.stop()


@contextmanager
def reading_bar() -> Iterator[ProgressCallback]:
    """A bar as of `progress_bar`, where more than a few networks are read."""
    with progress_bar() as report:

        def report_many(what: str, done: int, total: int, note: str = "") -> None:
            if total > _FEW:
                report(what, done, total, note)

        yield report_many
