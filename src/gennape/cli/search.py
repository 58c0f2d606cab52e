"""`gennape search`: find networks that are better and cheaper."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gennape.cli.options import DataFolder, EstimatorName, InputShape, Seed, parse_shape

if TYPE_CHECKING:
    from rich.table import Table

    from gennape.estimator import Estimator
    from gennape.search import Candidate, Evaluate, Found
    from gennape.spaces import SearchSpace


def search(
    out: Annotated[Path, typer.Option(help="Folder of results; a killed search goes on there.")],
    family: Annotated[
        str | None, typer.Argument(help="A family, such as nasbench201; or give --from.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--from", metavar="MODEL", help="Change this network: a file or a name."),
    ] = None,
    input_shape: InputShape = None,
    algorithm: Annotated[
        str, typer.Option(metavar="NAME", help="random, local, evolution or nsga2.")
    ] = "evolution",
    objective: Annotated[
        str,
        typer.Option(metavar="NAME,NAME", help="What is to become better, such as score,macs."),
    ] = "score",
    constraint: Annotated[
        list[str] | None,
        typer.Option(metavar="macs<=600M", help="A bound on a metric; may be given again."),
    ] = None,
    budget: Annotated[int, typer.Option(min=1, help="How many networks are looked at.")] = 2000,
    evaluate: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE[:LABEL]|MODULE:FUNCTION",
            help="Where true accuracies come from; the best are evaluated and learned from.",
        ),
    ] = None,
    evaluations: Annotated[int, typer.Option(min=2, help="How many true evaluations.")] = 30,
    per_round: Annotated[int, typer.Option(min=1, help="Evaluations between two lessons.")] = 10,
    estimator: EstimatorName = None,
    data: DataFolder = None,
    seed: Seed = 0,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that score networks.", show_default="one a processor"),
    ] = None,
) -> None:
    """Search a family, or what changes make of a network, for high scores and low costs."""
    from gennape.cli.progress import progress_bar
    from gennape.cli.tables import show
    from gennape.estimator import load
    from gennape.search import (
        ByEstimator,
        Catalogue,
        Constraint,
        Objective,
        Pool,
        Settings,
        judged_by,
        require_plotting,
        run,
        run_guided,
        write_results,
    )

    settings = Settings(
        algorithm,
        tuple(map(Objective.of, objective.split(","))),
        tuple(map(Constraint.of, constraint or ())),
        budget,
        seed,
    )
    require_plotting()
    judge = load(estimator)
    space, evaluation = _space(family, model, input_shape, evaluate, data, judge)
    with Pool(workers or os.cpu_count() or 1) as pool, progress_bar() as bar:
        scorer = ByEstimator(judge, pool)
        catalogue = Catalogue(space, pool=pool)
        depends_on = {"estimator": scorer.version, "evaluated by": evaluate}
        if model is not None:
            depends_on["network"] = space.network.fingerprint
        report = _teller(bar, settings.objectives[0].metric)
        if evaluation is None or "accuracy" in settings.metrics:
            found = run(
                catalogue, settings, out, scorer, evaluation, depends_on=depends_on, report=report
            )
            judged = list(settings.objectives)
        else:
            found = run_guided(
                catalogue, settings, out, scorer, evaluation, evaluations, per_round, depends_on,
                report,
            )  # fmt: skip
            judged = judged_by(settings.objectives)
    described = {**settings.described(), "budget": budget, **depends_on}
    page = write_results(out, space, found, judged, described)
    show(_front(found))
    print(f"report written to {page}")


def _space(
    family: str | None,
    model: str | None,
    input_shape: str | None,
    evaluate: str | None,
    data: Path | None,
    estimator: "Estimator",
) -> "tuple[Any, Evaluate | None]":
    """What is searched, and where true accuracies come from.

    Raises:
        SearchError: Neither a family nor a network is given, or both.
    """
    from gennape import benchmarks, spaces
    from gennape.frontends import graph_of
    from gennape.search import (
        GraphSpace,
        SearchError,
        by_function,
        by_table,
        labelled_space,
    )

    if (family is None) == (model is None):
        raise SearchError("give a family, or a network with --from")
    space: SearchSpace[Any]
    if model is not None:
        space = GraphSpace(graph_of(model, parse_shape(input_shape)))
    else:
        space = spaces.get(str(family))
    if evaluate is None:
        return space, None
    table, _, label = evaluate.partition(":")
    if table not in benchmarks.names():
        return space, by_function(evaluate)
    benchmark = benchmarks.load(table, data)
    if benchmark.space.name != space.name:
        raise SearchError(f"{table} labels {benchmark.space.name}, not {space.name}")
    return labelled_space(benchmark, estimator), by_table(benchmark, label or None)


def _teller(
    bar: Callable[[str, int, int, str], None], metric: str
) -> "Callable[[str, int, int, Candidate | None], None]":
    """Tells the bar of the best candidate so far."""
    from gennape.search.report.content import shown

    def tell(what: str, done: int, total: int, best: "Candidate | None") -> None:
        name = "accuracy" if best and "accuracy" in best.metrics else metric
        bar(what, done, total, f"best {name} {shown(name, best.metrics[name])}" if best else "")

    return tell


def _front(found: "Found") -> "Table":
    from gennape.cli.tables import new_table
    from gennape.search.report.content import shown

    metrics = list(found.front[0].metrics)
    table = new_table("Architecture")
    for name in metrics:
        table.add_column(name, justify="right", no_wrap=True)
    for candidate in found.front:
        values = (shown(name, candidate.metrics[name]) for name in metrics)
        table.add_row(candidate.text, *values)
    return table
