"""`gennape explain`: what the scores of networks are made of."""

from typing import TYPE_CHECKING

import typer

from gennape.cli.formats import Format, OutputFormat
from gennape.cli.options import EstimatorName, InputShape, Models, parse_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from gennape.explaining import Explained, Explanations

_WORDS = {"macs": "MACs", "zero_shot": "before labels"}
"""For parts whose names are no words."""


def explain(
    models: Models,
    input_shape: InputShape = None,
    estimator: EstimatorName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show what the scores of networks are made of, best first.

    Exits with status 1 when a network could not be read; the others are still explained.
    """
    import gennape

    found = gennape.explain(models, parse_shape(input_shape), gennape.load(estimator))
    _print(found, output)
    if found.failed:
        raise typer.Exit(1)


def _print(found: "Explanations", output: Format) -> None:
    from dataclasses import asdict

    from gennape.cli.failures import print_failures
    from gennape.cli.formats import print_csv, print_json
    from gennape.cli.tables import show

    failed = [asdict(failure) for failure in found.failed]
    if output is Format.JSON:
        print_json([*map(asdict, found.explained), *failed])
    elif output is Format.CSV:
        parts = list(found.explained[0].parts) if found.explained else []
        rows = [
            {"model": one.model, "score": one.score, "family": one.family, **one.parts}
            for one in found.explained
        ]
        print_csv(["model", "score", "family", *parts, "error"], [*rows, *failed])
    else:
        if found.explained:
            show(_table(found.explained))
        print_failures(found.failed)


def _table(explained: "Sequence[Explained]") -> "Table":
    """One row a network."""
    from gennape.cli.tables import new_table

    table = new_table()
    table.add_column("Model", overflow="fold")
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("Like", no_wrap=True)
    table.add_column("Made of")
    for one in explained:
        table.add_row(one.model, f"{one.score:+.2f}", one.family or "foreign", _made_of(one))
    return table


def _made_of(explained: "Explained") -> str:
    """The parts that say something, those that say most first."""
    parts = sorted(explained.parts.items(), key=lambda part: -abs(part[1]))
    return ", ".join(f"{_WORDS.get(name, name)} {value:+.2f}" for name, value in parts if value)
