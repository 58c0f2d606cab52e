"""`gennape score`: scores of networks in any form, best first."""

import typer

from gennape.cli.options import EstimatorName, InputShape, Models, parse_shape
from gennape.cli.output import Format, OutputFormat


def score(
    models: Models,
    input_shape: InputShape = None,
    estimator: EstimatorName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Score networks without training them, best first.

    Exits with status 1 when a network could not be scored; the others still are.
    """
    import gennape
    from gennape.cli.score_table import print_scores

    scores = gennape.score(models, parse_shape(input_shape), gennape.load(estimator))
    print_scores(scores, output)
    if scores.failed:
        raise typer.Exit(1)
