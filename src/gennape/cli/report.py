"""`gennape report`: one HTML page about networks, for mail and merge requests."""

from pathlib import Path
from typing import Annotated

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
from gennape.cli.output import print_failures


def report(
    models: Models,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help="The page to write.", dir_okay=False),
    ] = Path("report.html"),
    compare: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A network to set beside the one given."),
    ] = None,
    inputs: Inputs = None,
    backbone: Backbone = False,
    dataset: DatasetName = None,
    recipe: RecipeName = None,
    estimator: EstimatorName = None,
    workers: Workers = None,
) -> None:
    """Write one HTML page: accuracy against cost, what scores rest on, drawings.

    Exits with status 1 when a network could not be read; the page tells of it and of the others.
    """
    import gennape
    from gennape.utils.files import check_writable

    check_writable(out)
    with prediction_options(estimator, inputs, backbone, dataset, recipe, workers) as options:
        made = gennape.report(
            models or (),
            compare=compare,
            **options,
        )
    made.write(out)
    print(out)
    print_failures(made.failed)
    if made.failed:
        raise typer.Exit(1)
