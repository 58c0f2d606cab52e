"""`gennape explain`: what scores are sums of, and the measured networks nearest to each."""

from typing import TYPE_CHECKING, Any

import typer

from gennape.cli.options import (
    Backbone,
    DatasetName,
    EstimatorName,
    Inputs,
    Models,
    RecipeName,
    Workers,
    prediction_options,
)
from gennape.cli.output import (
    Format,
    OutputFormat,
    print_csv,
    print_failures,
    print_incomplete,
    print_json,
    show,
)

if TYPE_CHECKING:
    from gennape.estimator import ExplanationTable


def explain(
    models: Models,
    inputs: Inputs = None,
    backbone: Backbone = False,
    dataset: DatasetName = None,
    recipe: RecipeName = None,
    estimator: EstimatorName = None,
    workers: Workers = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show what scores are sums of, and the nearest measured networks, best first.

    Exits with status 1 when a network could not be read; the others are still explained.
    """
    import gennape

    with prediction_options(estimator, inputs, backbone, dataset, recipe, workers) as options:
        explained = gennape.explain(
            models or (),
            **options,
        )
    _print(explained, output)
    if explained.failed:
        raise typer.Exit(1)


def _print(table: "ExplanationTable", output: Format) -> None:
    from dataclasses import asdict

    failed = [asdict(failure) for failure in table.failed]
    print_incomplete(one.model for one in table if not one.complete)
    if output is Format.JSON:
        print_json([*map(asdict, table), *failed])
    elif output is Format.CSV:
        _print_csv(table)
    else:
        from gennape.cli.explanation_text import explanation

        for number, one in enumerate(table):
            show(*([""] if number else []), *explanation(one))
        print_failures(table.failed)


def _print_csv(table: "ExplanationTable") -> None:
    """One line a network; the parts have a column each."""
    from dataclasses import asdict

    from gennape.cli.score_table import flat

    rows = [_csv_row(flat(one)) for one in table]
    columns = list(rows[0]) if rows else ["model"]
    print_csv([*columns, "error"], [*rows, *map(asdict, table.failed)])


def _csv_row(row: dict[str, Any]) -> dict[str, Any]:
    """Columns such as `part_size` instead of one of all parts."""
    first = {name: row.pop(name) for name in ("model", "score", "family")}
    return first | {f"part_{name}": value for name, value in row.pop("parts").items()} | row
