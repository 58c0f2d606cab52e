"""Print scores for people and for programs."""

import csv
import json
import sys
from dataclasses import asdict

from rich.table import Table

from gennape.cli.tables import new_table, show, with_unit
from gennape.scoring import Score, Scores

_COLUMNS = (
    "model",
    "score",
    "percentile",
    "uncertainty",
    "macs",
    "parameters",
    "unknown_operations",
    "error",
)


def print_table(scores: Scores) -> None:
    """A table on standard output; failures on standard error."""
    if scores.scored:
        show(scores_table(scores.scored))
    for failure in scores.failed:
        named = failure.model in failure.error
        print(failure.error if named else f"{failure.model}: {failure.error}", file=sys.stderr)


def scores_table(scored: tuple[Score, ...]) -> Table:
    """One row a network; operations outside the vocabulary only where there are some."""
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
            with_unit(entry.macs),
            with_unit(entry.parameters),
        ]
        table.add_row(*cells, *([_unknown(entry)] if with_unknown else []))
    return table


def print_json(scores: Scores) -> None:
    """A list of objects, each with its scores or with `error`."""
    entries = [*map(asdict, scores.scored), *map(asdict, scores.failed)]
    print(json.dumps(entries, indent=2))


def print_csv(scores: Scores) -> None:
    """One row a network; the columns that do not apply are empty."""
    writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for scored in scores.scored:
        writer.writerow({**asdict(scored), "unknown_operations": _unknown(scored)})
    writer.writerows(asdict(failure) for failure in scores.failed)


def _unknown(entry: Score) -> str:
    """Functions outside the vocabulary, such as `erfinv x2, fft`."""
    return ", ".join(
        function if count == 1 else f"{function} x{count}"
        for function, count in entry.unknown_operations.items()
    )
