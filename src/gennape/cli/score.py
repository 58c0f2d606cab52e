"""`gennape score`: scores of networks in any form, best first."""

from enum import StrEnum
from typing import Annotated

import typer

from gennape.cli.options import EstimatorName, InputShape, parse_shape


class Format(StrEnum):
    """How scores are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def score(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="ONNX and .pt2 files, folders of them, and names such as timm:resnet18.",
        ),
    ],
    input_shape: InputShape = None,
    estimator: EstimatorName = None,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Score networks without training them, best first.

    Exits with status 1 when a network could not be scored; the others still are.
    """
    import gennape
    from gennape.cli import scores_printing

    scores = gennape.score(models, parse_shape(input_shape), gennape.load(estimator))
    print_scores = {
        Format.TABLE: scores_printing.print_table,
        Format.JSON: scores_printing.print_json,
        Format.CSV: scores_printing.print_csv,
    }[output]
    print_scores(scores)
    if scores.failed:
        raise typer.Exit(1)
