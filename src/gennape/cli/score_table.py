"""Tables of scores, for people and for programs."""

from dataclasses import asdict, fields
from typing import Any

from gennape.cli.output import (
    Format,
    print_csv,
    print_failures,
    print_incomplete,
    print_json,
    show,
)
from gennape.estimator import NetworkScore, PredictionTable
from gennape.estimator.accuracy_text import notes
from gennape.estimator.prediction_text import score_table, unknown_text


def print_scores(scores: PredictionTable, output: Format) -> None:
    """Print scores and failures; beside a table, failures go to standard error."""
    failed = [asdict(failure) for failure in scores.failed]
    print_incomplete(scores["model"][~scores["complete"]])
    if output is Format.JSON:
        print_json([*map(asdict, scores), *failed])
    elif output is Format.CSV:
        columns = [*(field.name for field in fields(NetworkScore)), "error"]
        print_csv(columns, [*map(flat, scores), *failed])
    else:
        show_scores(scores)
        print_failures(scores.failed)


def show_scores(scores: PredictionTable) -> None:
    """Print a table of scores, and below it what is to be said of some of them."""
    if rows := scores.bare_rows():
        show(score_table(rows), *notes(rows))


def flat(entry: NetworkScore) -> dict[str, Any]:
    """The score of a network as one line of CSV: operations and neighbours as text."""
    neighbours = ", ".join(f"{one.model} {one.accuracy}" for one in entry.neighbours)
    return {
        **asdict(entry),
        "unknown_operations": unknown_text(entry),
        "neighbours": neighbours,
    }
