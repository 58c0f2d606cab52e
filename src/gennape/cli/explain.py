"""`gennape explain`: the parts of the scores of networks."""

from typing import TYPE_CHECKING

import typer

from gennape.cli.options import EstimatorName, Inputs, Models, parse_inputs
from gennape.cli.output import (
    Format,
    OutputFormat,
    new_table,
    print_csv,
    print_failures,
    print_incomplete,
    print_json,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from gennape.api import ExplanationTable, ScoreParts

_WORDS = {
    "macs": "MACs",
    "zero_shot": "before labels",
    "neighbour_moments": "neighbour moments",
}
"""For parts whose names are no words."""


def explain(
    models: Models,
    inputs: Inputs = None,
    estimator: EstimatorName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Take the scores of networks apart, best first.

    Exits with status 1 when a network could not be read; the others are still explained.
    """
    import gennape

    shape, named = parse_inputs(inputs)
    explained = gennape.explain(models, shape, gennape.load(estimator), inputs=named)
    _print(explained, output)
    if explained.failed:
        raise typer.Exit(1)


def _print(table: "ExplanationTable", output: Format) -> None:
    from dataclasses import asdict

    failed = [asdict(failure) for failure in table.failed]
    print_incomplete(one.model for one in table.explained if not one.complete)
    if output is Format.JSON:
        print_json([*map(asdict, table.explained), *failed])
    elif output is Format.CSV:
        parts = list(table.explained[0].parts) if table.explained else []
        rows = [
            {
                "model": one.model,
                "score": one.score,
                "family": one.family,
                "complete": one.complete,
                **one.parts,
            }
            for one in table.explained
        ]
        print_csv(["model", "score", "family", "complete", *parts, "error"], [*rows, *failed])
    else:
        if table.explained:
            show(_table(table.explained))
        print_failures(table.failed)


def _table(explained: "Sequence[ScoreParts]") -> "Table":
    """One row a network."""
    table = new_table()
    table.add_column("Model", overflow="fold")
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("Domain", no_wrap=True)
    table.add_column("Parts")
    for one in explained:
        table.add_row(one.model, f"{one.score:+.2f}", one.family or "none", _parts(one))
    return table


def _parts(explained: "ScoreParts") -> str:
    """Parts that are not zero, the largest first."""
    parts = sorted(explained.parts.items(), key=lambda part: -abs(part[1]))
    return ", ".join(f"{_WORDS.get(name, name)} {value:+.2f}" for name, value in parts if value)
