"""`gennape evaluate families`: how well an estimator ranks networks whose accuracy is known."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gennape.cli.options import DataFolder, EstimatorName
from gennape.cli.output import Format, OutputFormat, print_csv, print_json, show

if TYPE_CHECKING:
    from gennape.evaluation import EvalResult
    from gennape.utils.text_table import TextTable


_RANKS = {
    "Networks": 7,
    "Spearman": 0,
    "Kendall": 8,
    "NDCG@10": 3,
    "NDCG@50": 9,
    "Equal size": 2,
    "Top tenth": 4,
    "Regret": 5,
}
"""Columns of numbers, and in which order they are left out of narrow terminals, the last first."""


def families(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="FAMILY", help="Labelled families.", show_default="all"),
    ] = None,
    labels: Annotated[
        int, typer.Option(min=0, help="Fine-tune on so many labels of each family first.")
    ] = 0,
    data: DataFolder = None,
    estimator: EstimatorName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Compare an estimator's ranking with measured accuracies, beside what size alone gives."""
    import gennape
    from gennape import benchmarks
    from gennape.cli.progress import progress_bar
    from gennape.evaluation import evaluate
    from gennape.evaluation.table_evaluation import COLUMNS

    chosen = names or [*benchmarks.names(), *benchmarks.BUNDLED]
    with progress_bar() as report:
        results = evaluate(gennape.load(estimator), data, chosen, labels, report)
    if labels:
        _warn_of_few(results, labels)
    if output is Format.JSON:
        print_json(result.row() for result in results)
    elif output is Format.CSV:
        print_csv(COLUMNS, (result.row() for result in results))
    else:
        show(_table(results))


def _warn_of_few(results: "list[EvalResult]", labels: int) -> None:
    """Say which families have too few networks for so many labels."""
    from gennape.evaluation.table_evaluation import fine_tuned

    networks = {result.family: result.networks for result in results}
    done = {result.family for result in results if result.method == fine_tuned(labels)}
    for family in (family for family in networks if family not in done):
        print(
            f"{family}: {networks[family]} networks are too few to learn {labels} labels and to "
            "rank the rest",
            file=sys.stderr,
        )


def _table(results: "list[EvalResult]") -> "TextTable":
    from gennape.utils.text_table import TextColumn, TextTable

    table = TextTable(
        [
            TextColumn("Family", folds=True),
            TextColumn("Label", rank=6),
            TextColumn("Method"),
            *(TextColumn(heading, is_number=True, rank=rank) for heading, rank in _RANKS.items()),
        ]
    )
    for result in results:
        spread = f" ±{result.deviation:.3f}" if result.deviation else ""
        table.add(
            result.family,
            result.label,
            result.method,
            f"{result.networks:,}",
            f"{result.spearman:.3f}{spread}",
            f"{result.kendall_tau:.3f}",
            f"{result.ndcg_10:.3f}",
            f"{result.ndcg_50:.3f}",
            f"{result.at_equal_size:.3f}",
            f"{result.top_tenth:.3f}",
            f"{result.regret:.4f}",
        )
    return table
