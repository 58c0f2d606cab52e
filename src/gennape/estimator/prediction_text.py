"""Tables of predictions as people read them, in a terminal and in a notebook."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gennape.estimator.accuracy_text import NOTHING, dataset_title, notes, top1, top1_heading
from gennape.estimator.network_score import NetworkScore
from gennape.frontends.network_list import failure_text
from gennape.reports.numbers import with_unit
from gennape.utils.escaping import escaped
from gennape.utils.terminal import printable, terminal_width
from gennape.utils.text_table import TextColumn, TextTable, fold

if TYPE_CHECKING:
    from gennape.estimator.prediction_table import NetworkTable

_SHOWN = 60
"""Rows that are shown of a longer table."""
_WIDTH = 100


def text_of(table: "NetworkTable[Any]") -> str:
    """Lay out a table as text as wide as the terminal, and below it what is to be said."""
    shown = table.bare_rows(_SHOWN)
    width = terminal_width() or _WIDTH
    text = [score_table(shown).text(width, sys.stdout.encoding)] if shown else []
    remarks = (
        line
        for remark in _remarks(table, shown)
        for line in fold(printable(remark, sys.stdout.encoding), width)
    )
    return "\n".join([*text, *remarks]) or "no networks"


def html_of(table: "NetworkTable[Any]") -> str:
    """Lay out a table as HTML, and below it what is to be said."""
    shown = table.bare_rows(_SHOWN)
    remarks = "".join(f"<p>{escaped(remark)}</p>" for remark in _remarks(table, shown))
    if not shown:
        return remarks or "<p>no networks</p>"
    return score_table(shown).html() + remarks


def score_table(scored: Sequence[NetworkScore]) -> TextTable:
    """Lay out one row a network.

    There are columns of the data set where there are several, and of operations outside the
    vocabulary where there are some. Where the estimator predicts no accuracies, uncertainties
    of the scores stand in their place.
    """
    datasets = {one.dataset for one in scored}
    columns = {TextColumn("Model", folds=True): [one.model for one in scored]}
    if len(datasets) > 1:
        columns[TextColumn("Data set", rank=3)] = [dataset_title(one.dataset) for one in scored]
    if datasets != {None}:
        columns[TextColumn(top1_heading(scored), is_number=True)] = [top1(one) for one in scored]
    columns[TextColumn("Score", True, rank=1)] = [f"{one.score:+.2f}" for one in scored]
    columns[TextColumn("Percentile", True, rank=6)] = [f"{one.percentile:.1f}" for one in scored]
    if datasets == {None}:
        uncertainties = [f"{one.uncertainty:.2f}" for one in scored]
        columns[TextColumn("Uncertainty", True, rank=4)] = uncertainties
    else:
        columns[TextColumn("Scope", rank=4)] = [one.scope for one in scored]
    columns[TextColumn("MACs", True, rank=2)] = [cost_text(one, one.macs) for one in scored]
    parameters = [cost_text(one, one.parameters) for one in scored]
    columns[TextColumn("Parameters", True, rank=5)] = parameters
    if any(one.unknown_operations for one in scored):
        unknown = [unknown_text(one) for one in scored]
        columns[TextColumn("Outside the vocabulary", rank=7, folds=True)] = unknown
    return TextTable(list(columns), list(zip(*columns.values(), strict=True)))


def cost_text(one: NetworkScore, count: int | None) -> str:
    """A cost with its unit, after the sign of a lower bound where not all work is counted."""
    if count is None:
        return NOTHING
    return with_unit(count) if one.complete else f"≥ {with_unit(count)}"


def unknown_text(one: NetworkScore) -> str:
    """Functions outside the vocabulary, such as `erfinv x2, fft`."""
    return ", ".join(
        function if count == 1 else f"{function} x{count}"
        for function, count in one.unknown_operations.items()
    )


def _remarks(table: "NetworkTable[Any]", shown: Sequence[NetworkScore]) -> list[str]:
    """What stands below a table: rows left out, notes, networks that could not be read."""
    left_out = len(table) - len(shown)
    more = [f"and {left_out:,} more"] if left_out else []
    return [*more, *notes(shown), *map(failure_text, table.failed)]
