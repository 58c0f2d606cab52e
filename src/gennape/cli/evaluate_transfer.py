"""`gennape evaluate transfer`: how far an estimator carries over to other families."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gennape.cli.options import DataFolder


def transfer(
    out: Annotated[
        Path, typer.Option(help="Where the report, its numbers and all work so far are kept.")
    ],
    data: DataFolder = None,
    estimator: Annotated[
        str,
        typer.Option(
            metavar="PATH|NAME", help="What is judged; it must have learned NAS-Bench-101 only."
        ),
    ] = "nasbench101",
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer networks, methods and epochs: a few minutes.")
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each baseline and ablation.")] = 1,
) -> None:
    """Judge baselines, the estimator and its ablations on every labelled family.

    Goes on where it was when started again. Exits with status 1 when a part failed; the
    report then says which, and holds the rest.
    """
    from gennape.cli.progress import progress_bar
    from gennape.evaluation.transfer import transfer

    with progress_bar() as report:
        test = transfer(data, out, estimator=estimator, quick=quick, seeds=seeds, report=report)
    print(f"report written to {test.report}")
    for part, reason in test.failures.items():
        print(f"{part}: {reason}", file=sys.stderr)
    if test.failures:
        raise typer.Exit(1)
