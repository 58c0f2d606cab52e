"""Tables of scores, for people and for programs."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from rich.table import Table
from rich.text import Text

from gennape.api import NetworkScore, ScoreTable
from gennape.cli.accuracy_text import dataset_title, notes, top1, top1_heading
from gennape.cli.output import (
    Format,
    new_table,
    print_csv,
    print_failures,
    print_incomplete,
    print_json,
    show,
)
from gennape.reports.numbers import with_unit


def print_scores(scores: ScoreTable, output: Format) -> None:
    """Print scores and failures; beside a table, failures go to standard error."""
    failed = [asdict(failure) for failure in scores.failed]
    print_incomplete(entry.model for entry in scores.scored if not entry.complete)
    if output is Format.JSON:
        print_json([*map(asdict, scores.scored), *failed])
    elif output is Format.CSV:
        columns = [*(field.name for field in fields(NetworkScore)), "error"]
        print_csv(columns, [*map(flat, scores.scored), *failed])
    else:
        if scores.scored:
            show_scores(scores.scored)
        print_failures(scores.failed)


def show_scores(scored: Sequence[NetworkScore]) -> None:
    """Print a table of scores, and below it what is to be said of some of them."""
    show(scores_table(scored), *map(Text, notes(scored)))


def flat(entry: NetworkScore) -> dict[str, Any]:
    """The score of a network as one line of CSV: operations and neighbours as text."""
    neighbours = ", ".join(f"{one.model} {one.accuracy}" for one in entry.neighbours)
    return {
        **asdict(entry),
        "unknown_operations": _unknown(entry),
        "neighbours": neighbours,
    }


def scores_table(scored: Sequence[NetworkScore]) -> Table:
    """Lay out one row a network.

    There are columns of the data set where there are several, and of operations outside the
    vocabulary where there are some. Where the estimator predicts no accuracies, uncertainties
    of the scores stand in their place.
    """
    columns = _columns(scored)
    table = new_table()
    for heading in columns:
        is_text = heading in ("Model", "Outside the vocabulary")
        table.add_column(
            heading,
            justify="left" if is_text or heading in ("Scope", "Data set") else "right",
            overflow="fold" if is_text else "ellipsis",
            no_wrap=not is_text,
        )
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*cells)
    return table


def _columns(scored: Sequence[NetworkScore]) -> dict[str, list[str]]:
    """The cells of each column, by its heading."""
    datasets = {one.dataset for one in scored}
    columns = {"Model": [one.model for one in scored]}
    if len(datasets) > 1:
        columns["Data set"] = [dataset_title(one.dataset) for one in scored]
    if datasets != {None}:
        columns[top1_heading(scored)] = [top1(one) for one in scored]
    columns["Score"] = [f"{one.score:+.2f}" for one in scored]
    columns["Percentile"] = [f"{one.percentile:.1f}" for one in scored]
    if datasets == {None}:
        columns["Uncertainty"] = [f"{one.uncertainty:.2f}" for one in scored]
    else:
        columns["Scope"] = [one.scope for one in scored]
    columns["MACs"] = [costs(one, one.macs) for one in scored]
    columns["Parameters"] = [costs(one, one.parameters) for one in scored]
    if any(one.unknown_operations for one in scored):
        columns["Outside the vocabulary"] = [_unknown(one) for one in scored]
    return columns


def costs(entry: NetworkScore, count: int) -> str:
    """A cost with its unit, after the sign of a lower bound where not all work is counted."""
    return with_unit(count) if entry.complete else f"≥ {with_unit(count)}"


def _unknown(entry: NetworkScore) -> str:
    """Functions outside the vocabulary, such as `erfinv x2, fft`."""
    return ", ".join(
        function if count == 1 else f"{function} x{count}"
        for function, count in entry.unknown_operations.items()
    )
