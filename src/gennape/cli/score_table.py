"""Tables of scores, for people and for programs."""

from dataclasses import asdict, fields

from rich.table import Table

from gennape.api import NetworkScore, ScoreTable
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
        rows = [{**asdict(entry), "unknown_operations": _unknown(entry)} for entry in scores.scored]
        print_csv(columns, [*rows, *failed])
    else:
        if scores.scored:
            show(scores_table(scores.scored))
        print_failures(scores.failed)


def scores_table(scored: tuple[NetworkScore, ...]) -> Table:
    """Lay out one row a network; operations outside the vocabulary only where there are some."""
    table = new_table()
    table.add_column("Model", overflow="fold")
    for heading in ("Score", "Percentile", "Uncertainty", "MACs", "Parameters"):
        table.add_column(heading, justify="right", no_wrap=True)
    with_unknown = any(entry.unknown_operations for entry in scored)
    if with_unknown:
        table.add_column("Outside the vocabulary", overflow="fold")
    for entry in scored:
        cells = [
            entry.model,
            f"{entry.score:+.2f}",
            f"{entry.percentile:.1f}",
            f"{entry.uncertainty:.2f}",
            _bound(entry) + with_unit(entry.macs),
            _bound(entry) + with_unit(entry.parameters),
        ]
        table.add_row(*cells, *([_unknown(entry)] if with_unknown else []))
    return table


def _bound(entry: NetworkScore) -> str:
    """The sign of a lower bound, where not all work is counted."""
    return "" if entry.complete else "≥ "


def _unknown(entry: NetworkScore) -> str:
    """Functions outside the vocabulary, such as `erfinv x2, fft`."""
    return ", ".join(
        function if count == 1 else f"{function} x{count}"
        for function, count in entry.unknown_operations.items()
    )
