"""`gennape score`: scores and expected accuracies of networks in any form, best first."""

from dataclasses import fields
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
from gennape.cli.output import Format, OutputFormat


def score(
    models: Models,
    inputs: Inputs = None,
    backbone: Backbone = False,
    dataset: DatasetName = None,
    recipe: RecipeName = None,
    sort: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="Any column of --format csv, such as macs; costs and names upwards.",
            autocompletion=lambda: ["score", "accuracy", "macs", "parameters", "model", "scope"],
        ),
    ] = "score",
    top: Annotated[
        int | None, typer.Option(min=1, help="How many are shown.", show_default="all")
    ] = None,
    estimator: EstimatorName = None,
    workers: Workers = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Tell how accurate networks will be without training them, best first.

    Exits with status 1 when a network could not be read; the others are still scored.
    """
    import gennape
    from gennape.cli.score_table import print_scores
    from gennape.estimator.network_score import NetworkScore

    columns = [field.name for field in fields(NetworkScore) if field.name != "neighbours"]
    if sort not in columns:
        raise typer.BadParameter(
            f"there is no column {sort!r}, only {', '.join(columns)}", param_hint="--sort"
        )
    with prediction_options(estimator, inputs, backbone, dataset, recipe, workers) as options:
        scores = gennape.score(
            models or (),  # typer makes None of an empty standard input
            **options,
        )
    print_scores(scores.sorted_by(sort)[:top], output)
    if scores.failed:
        raise typer.Exit(1)
