"""The explanation of one network's score, as people read it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gennape.api import ScoreParts
from gennape.cli.accuracy_text import dataset_title, difference, expected, top1
from gennape.cli.output import new_table
from gennape.cli.score_table import costs
from gennape.reports.numbers import with_unit

if TYPE_CHECKING:
    from rich.console import RenderableType

_INDENT = (0, 0, 0, 2)
_WORDS = {
    "macs": "MACs",
    "zero_shot": "before labels",
    "neighbour_moments": "neighbour moments",
}
"""For parts whose names are no words."""


def explanation(one: ScoreParts) -> "Iterator[RenderableType]":
    """Lay out what is to be said of a network; fits into 80 columns."""
    yield Text(one.model)
    yield Padding(_facts(one), _INDENT, expand=False)
    if one.neighbours:
        yield ""
        yield Padding(_neighbours(one), _INDENT, expand=False)


def _facts(one: ScoreParts) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(no_wrap=True)
    facts.add_column()
    if one.dataset is not None:
        facts.add_row(f"{dataset_title(one.dataset)} top-1", _accuracy(one))
        facts.add_row("Scope", one.scope)
    if one.note:
        facts.add_row("Note", one.note)
    facts.add_row("Score", f"{one.score:+.2f}, percentile {one.percentile:.1f}")
    facts.add_row("Parts", _parts(one))
    facts.add_row("Domain", one.family or "none")
    facts.add_row("MACs", costs(one, one.macs))
    facts.add_row("Parameters", costs(one, one.parameters))
    return facts


def _accuracy(one: ScoreParts) -> str:
    """What was measured, if anything, and what is expected."""
    is_measured = one.scope == "measured"
    return f"{top1(one)}, {expected(one)} expected" if is_measured else expected(one)


def _parts(explained: ScoreParts) -> str:
    """Parts that are not zero, in the order in which they are added up."""
    return ", ".join(
        f"{_WORDS.get(name, name)} {value:+.2f}" for name, value in explained.parts.items() if value
    )


def _neighbours(one: ScoreParts) -> Table:
    """One row for each of the nearest measured networks."""
    table = new_table()
    table.add_column("Nearest measured", overflow="fold")
    for heading in ("Top-1", "MACs"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("What sets it apart, points")
    for neighbour in one.neighbours:
        table.add_row(
            neighbour.model,
            f"{neighbour.accuracy:.1f}",
            with_unit(neighbour.macs),
            difference(neighbour),
        )
    return table
