"""`gennape score`: scores of networks in any form, best first."""

import typer

from gennape.cli.options import EstimatorName, Inputs, Models, parse_inputs
from gennape.cli.output import Format, OutputFormat


def score(
    models: Models,
    inputs: Inputs = None,
    estimator: EstimatorName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Score networks without training them, best first.

    Exits with status 1 when a network could not be scored; the others still are.
    """
    import gennape
    from gennape.cli.score_table import print_scores

    shape, named = parse_inputs(inputs)
    scores = gennape.score(models, shape, gennape.load(estimator), inputs=named)
    print_scores(scores, output)
    if scores.failed:
        raise typer.Exit(1)
