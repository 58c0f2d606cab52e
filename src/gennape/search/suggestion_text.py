"""Suggestions as people read them, in a terminal and in a notebook."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gennape.estimator.accuracy_text import dataset_title, with_interval
from gennape.reports.numbers import with_unit
from gennape.utils.escaping import escaped
from gennape.utils.terminal import printable, terminal_width
from gennape.utils.text_table import TextColumn, TextTable, fold

if TYPE_CHECKING:
    from gennape.search.suggestions import Suggestion, Suggestions

_WIDTH = 100
"""Of a text where there is no terminal."""
_NO_GAIN = "No change gains more than what differences of accuracies are usually wrong by."


def suggestion_parts(found: "Suggestions", model: str = "") -> list[TextTable | str]:
    """Say what a network is and what to change about it, tables and lines one below the other.

    Args:
        found: The suggestions.
        model: What the network is called; its own name unless given.
    """
    accuracy = with_interval(found.accuracy, found.accuracy_low, found.accuracy_high)
    parts: list[TextTable | str] = [
        f"{model or found.model}: {dataset_title(found.dataset)} top-1 {accuracy}",
        f"{with_unit(found.macs)} MACs, {with_unit(found.parameters)} parameters; "
        f"{found.tried:,} single changes tried",
        "",
        _table("Gains most for its cost", found, found.gains) if found.gains else _NO_GAIN,
    ]
    if found.savings:
        parts += ["", _table("Saves most for what it loses", found, found.savings)]
    return parts


def text_of(found: "Suggestions") -> str:
    """Set suggestions as text as wide as the terminal."""
    width, encoding = terminal_width() or _WIDTH, sys.stdout.encoding
    return "\n".join(
        "\n".join(fold(printable(part, encoding), width))
        if isinstance(part, str)
        else part.text(width, encoding)
        for part in suggestion_parts(found)
    )


def html_of(found: "Suggestions") -> str:
    """Set suggestions as HTML, as notebooks show it."""
    return "".join(
        f"<p>{escaped(part)}</p>" if isinstance(part, str) else part.html()
        for part in suggestion_parts(found)
        if part
    )


def _table(title: str, before: "Suggestions", changes: "Sequence[Suggestion]") -> TextTable:
    table = TextTable(
        [
            TextColumn(title, folds=True),
            TextColumn("Top-1", is_number=True),
            TextColumn("MACs", is_number=True, rank=1),
            TextColumn("Parameters", is_number=True, rank=3),
            TextColumn("Scope", rank=2),
        ]
    )
    for one in changes:
        alike = f", or {one.alike} alike" if one.alike else ""
        table.add(
            f"{one.words}{alike}",
            f"{_signed(one.points)} ({_signed(one.points_low)} to {_signed(one.points_high)})",
            _percent(one.macs_change, before.macs),
            _percent(one.parameters_change, before.parameters),
            one.scope,
        )
    return table


def _percent(change: int, before: int) -> str:
    return f"{_signed(100 * change / before)} %" if before else "-"


def _signed(value: float) -> str:
    """One decimal; what rounds to zero is `+0.0`."""
    return f"{round(value, 1) + 0.0:+.1f}"
