"""`gennape score`: scores and expected accuracies of networks in any form, best first."""

import typer

from gennape.cli.options import (
    DatasetName,
    EstimatorName,
    InputShape,
    Models,
    RecipeName,
    parse_shape,
)
from gennape.cli.output import Format, OutputFormat


def score(
    models: Models,
    input_shape: InputShape = None,
    dataset: DatasetName = None,
    recipe: RecipeName = None,
    estimator: EstimatorName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Tell how accurate networks will be without training them, best first.

    Exits with status 1 when a network could not be read; the others are still scored.
    """
    import gennape
    from gennape.cli.score_table import print_scores

    scores = gennape.score(
        models, parse_shape(input_shape), gennape.load(estimator), dataset=dataset, recipe=recipe
    )
    print_scores(scores, output)
    if scores.failed:
        raise typer.Exit(1)
