"""`gennape score`: scores and expected accuracies of networks in any form, best first."""

import typer

from gennape.cli.options import (
    Backbone,
    DatasetName,
    EstimatorName,
    Inputs,
    Models,
    RecipeName,
    Workers,
    parse_inputs,
)
from gennape.cli.output import Format, OutputFormat


def score(
    models: Models,
    inputs: Inputs = None,
    backbone: Backbone = False,
    dataset: DatasetName = None,
    recipe: RecipeName = None,
    estimator: EstimatorName = None,
    workers: Workers = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Tell how accurate networks will be without training them, best first.

    Exits with status 1 when a network could not be read; the others are still scored.
    """
    import gennape
    from gennape.cli.progress import reading_bar
    from gennape.cli.score_table import print_scores

    shape, named = parse_inputs(inputs)
    with reading_bar() as report:
        scores = gennape.score(
            models,
            shape,
            gennape.load(estimator),
            inputs=named,
            backbone=backbone,
            dataset=dataset,
            recipe=recipe,
            workers=workers,
            report=report,
        )
    print_scores(scores, output)
    if scores.failed:
        raise typer.Exit(1)
