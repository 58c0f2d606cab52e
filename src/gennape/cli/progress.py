"""Progress of long commands, on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gennape.utils.progress import ProgressCallback

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

A_FEW = 4
"""Networks that are read without a word."""


@contextmanager
def progress_bar(least: int = 0) -> Iterator[ProgressCallback]:
    """One bar for each thing that is done, one after another.

    Gives a function that is told of the progress. A bar appears where there are more things to
    be done than `least`.
    """
    bars: list[Progress] = []
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int, note: str = "") -> None:
        if total <= least:
            return
        if not bars:
            bars.append(_bars())
            bars[0].start()
        if what not in tasks:
            tasks[what] = bars[0].add_task(what, note="")
        bars[0].update(tasks[what], completed=done, total=total, note=note)

    try:
        yield report
    finally:
        for bar in bars:
            bar.stop()


def _bars() -> "Progress":
    """Empty bars; what draws them takes a while to import, and short commands need none."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
    )
