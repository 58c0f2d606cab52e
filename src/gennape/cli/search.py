"""`gennape search`: find networks that are better and cheaper."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gennape.cli.options import (
    DataFolder,
    EstimatorName,
    Inputs,
    Seed,
    family_names,
    parse_inputs,
)
from gennape.cli.output import show

if TYPE_CHECKING:
    from gennape.graph import ComputationGraph
    from gennape.search import SearchResult
    from gennape.utils.text_table import TextTable


def search(
    out: Annotated[Path, typer.Option(help="Folder of results; a killed search goes on there.")],
    family: Annotated[
        str | None,
        typer.Argument(
            metavar="FAMILY",
            help="A family, such as nasbench201; or give --from.",
            autocompletion=family_names,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--from", metavar="MODEL", help="Change this network: a file or a name."),
    ] = None,
    inputs: Inputs = None,
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
    per_round: Annotated[
        int, typer.Option(min=1, help="Evaluations between two fine-tunings.")
    ] = 10,
    estimator: EstimatorName = None,
    data: DataFolder = None,
    seed: Seed = 0,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that score networks.", show_default="one a processor"),
    ] = None,
) -> None:
    """Search a family, or what changes make of a network, for high scores and low costs."""
    import warnings

    from gennape.cli.progress import progress_bar
    from gennape.estimator import load
    from gennape.search import (
        Constraint,
        Objective,
        SearchSettings,
        left_out,
        search,
        write_search_report,
    )
    from gennape.utils.processes import processors

    settings = SearchSettings(
        algorithm,
        tuple(Objective.of(name.strip()) for name in objective.split(",")),
        tuple(map(Constraint.of, constraint or ())),
        budget,
        seed,
    )
    where = _where(family, model, inputs)
    for sentence in left_out(where):
        warnings.warn(sentence, stacklevel=1)
    with progress_bar() as report:
        result = search(
            where,
            settings,
            out,
            load(estimator),
            evaluate=evaluate,
            evaluations=evaluations,
            per_round=per_round,
            data_dir=data,
            processes=workers or processors(),
            report=report,
        )
        page = write_search_report(result, out)
    show(_front(result))
    if result.exhausted:
        print(f"nothing new could be found after {len(result.candidates):,} networks")
    print(f"report written to {page}")


def _where(
    family: str | None, model: str | None, inputs: list[str] | None
) -> "str | ComputationGraph":
    """Return the family or the network that is searched.

    Raises:
        SearchError: Neither is given, or both.
    """
    from gennape.frontends import graph_of
    from gennape.search import SearchError

    if family is None and model is not None:
        shape, named = parse_inputs(inputs)
        return graph_of(model, shape, inputs=named)
    if family is not None and model is None:
        return family
    raise SearchError("give a family, or a network with --from")


def _front(result: "SearchResult") -> "TextTable":
    """Tabulate the front."""
    from gennape.search.objectives import format_metric
    from gennape.utils.text_table import TextColumn, TextTable

    metrics = list(result.front[0].metrics)
    numbers = [TextColumn(name, is_number=True, rank=rank) for rank, name in enumerate(metrics)]
    table = TextTable([TextColumn("Architecture", folds=True), *numbers])
    for candidate in result.front:
        values = (format_metric(name, candidate.metrics[name]) for name in metrics)
        table.add(candidate.text, *values)
    return table
