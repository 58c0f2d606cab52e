"""`gennape rank`: the best architectures of a whole family."""

from pathlib import Path
from typing import Annotated

import typer

from gennape.cli.options import EstimatorName, family_names


def rank(
    family: Annotated[
        str,
        typer.Argument(
            metavar="FAMILY", help="A family, such as nasbench101.", autocompletion=family_names
        ),
    ],
    top: Annotated[int, typer.Option(min=1, help="How many are printed.")] = 20,
    estimator: EstimatorName = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the scores of all, as CSV.")
    ] = None,
) -> None:
    """Score every architecture of a family and print the best."""
    import gennape
    from gennape.cli.progress import progress_bar
    from gennape.cli.score_table import show_scores
    from gennape.evaluation import rank
    from gennape.utils.files import check_writable

    if out is not None:
        check_writable(out)
    with progress_bar() as report:
        ranking = rank(family, gennape.load(estimator), top, report)
    show_scores(ranking.top)
    if out is not None:
        ranking.save(out)
