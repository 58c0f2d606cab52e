"""`gennape search`: find networks that are better and cheaper."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gennape.cli.options import EstimatorName, Seed

if TYPE_CHECKING:
    from rich.table import Table

    from gennape.search import Found


def search(
    family: Annotated[str, typer.Argument(help="A family, such as nasbench201.")],
    out: Annotated[Path, typer.Option(help="Folder of results; a killed search goes on there.")],
    algorithm: Annotated[
        str, typer.Option(metavar="NAME", help="random, local, evolution or nsga2.")
    ] = "evolution",
    objective: Annotated[
        str, typer.Option(metavar="NAME,NAME", help="What is to become better.")
    ] = "score",
    constraint: Annotated[
        list[str] | None,
        typer.Option(metavar="macs<=600M", help="A bound on a metric; may be given again."),
    ] = None,
    budget: Annotated[int, typer.Option(min=1, help="How many networks are looked at.")] = 2000,
    estimator: EstimatorName = None,
    seed: Seed = 0,
) -> None:
    """Search a family for networks with a high score, low costs, or both."""
    from gennape import spaces
    from gennape.cli.progress import progress_bar
    from gennape.cli.tables import show
    from gennape.estimator import load
    from gennape.search import (
        ByEstimator,
        Candidate,
        Catalogue,
        Constraint,
        Objective,
        Settings,
        run,
    )
    from gennape.search.history import write_history

    settings = Settings(
        algorithm,
        tuple(map(Objective.of, objective.split(","))),
        tuple(map(Constraint.of, constraint or ())),
        budget,
        seed,
    )
    catalogue = Catalogue(spaces.get(family))
    with progress_bar() as report:

        def tell(what: str, done: int, total: int, best: Candidate | None) -> None:
            report(what, done, total)

        scorer = ByEstimator(load(estimator))
        found = run(catalogue, settings, out, scorer, report=tell)
    write_history(out / "history.parquet", family, found.candidates, found.front)
    show(_front(found))


def _front(found: "Found") -> "Table":
    from gennape.cli.tables import new_table

    table = new_table("Architecture", *found.front[0].metrics)
    for candidate in found.front:
        table.add_row(candidate.text, *(f"{value:.6g}" for value in candidate.metrics.values()))
    return table
