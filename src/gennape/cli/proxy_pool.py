"""`gennape proxy-pool`: zero-cost proxies of many networks of a family."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gennape.cli.options import BatchSize, Images, ProxyNames, Seed
from gennape.cli.output import show

if TYPE_CHECKING:
    from gennape.proxies import PoolScores
    from gennape.utils.array_types import FloatArray
    from gennape.utils.text_table import TextTable

_BEST = 5


def proxy_pool(
    family: Annotated[
        str,
        typer.Argument(
            metavar="FAMILY", help="A family, such as nasbench201, or with --labelled a table."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the results; a killed run goes on there.")],
    sample: Annotated[int, typer.Option(min=2, help="How many random networks.")] = 500,
    proxies: ProxyNames = "swap,synflow,az_nas",
    batch: BatchSize = 64,
    data: Images = "noise",
    resolution: Annotated[
        int | None,
        typer.Option(min=1, help="Height and width of the images.", show_default="the family's"),
    ] = None,
    labelled: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Take networks of the labelled table in this folder and compare with the labels.",
        ),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Compute zero-cost proxies of many networks, how far they agree, and the best by a vote."""
    from gennape.cli.options import parse_names
    from gennape.cli.progress import progress_bar
    from gennape.proxies import sample_pool, score_pool

    pool = sample_pool(family, sample, seed, resolution, labelled)
    with progress_bar() as report:
        scores = score_pool(
            pool.space, pool.architectures, parse_names(proxies), out, data, batch, seed, report
        )
    agreement = None if pool.accuracies is None else scores.agreement(pool.accuracies)
    best = _best(scores, pool.accuracies)
    show(_summary(scores, agreement), "", _correlations(scores), "", best)
    print(f"scores written to {out / 'scores.parquet'} and {out / 'ranking.parquet'}")


def _summary(scores: "PoolScores", agreement: dict[str, float | None] | None) -> "TextTable":
    from gennape.proxies.pool import VOTE
    from gennape.reports.numbers import with_bytes
    from gennape.utils.text_table import TextColumn, TextTable

    spearman = [] if agreement is None else ["Spearman"]
    headings = (*spearman, "Missing", "Time", "Memory")
    table = TextTable([TextColumn("Proxy"), *(TextColumn(one, is_number=True) for one in headings)])
    for name in scores.proxies:
        table.add(
            name,
            *([] if agreement is None else [_number(agreement[name])]),
            str(scores.missing(name)),
            f"{scores.milliseconds(name):.0f} ms",
            with_bytes(scores.peak_bytes(name)),
        )
    if agreement is not None:
        table.add(VOTE, _number(agreement[VOTE]), "", "", "")
    return table


def _correlations(scores: "PoolScores") -> "TextTable":
    from gennape.utils.text_table import TextColumn, TextTable

    correlations = scores.correlations()
    numbers = [TextColumn(one, True, rank) for rank, one in enumerate(correlations)]
    table = TextTable([TextColumn("Spearman"), *numbers])
    for name, row in correlations.items():
        table.add(name, *map(_number, row.values()))
    return table


def _best(scores: "PoolScores", accuracies: "FloatArray | None") -> "TextTable":
    from gennape.utils.text_table import TextColumn, TextTable

    columns = [TextColumn("Best by the vote", folds=True), TextColumn("Vote", is_number=True)]
    known = [] if accuracies is None else [TextColumn("Accuracy", is_number=True)]
    table = TextTable([*columns, *known])
    votes = scores.vote()
    for place in scores.best_first()[:_BEST]:
        accuracy = [] if accuracies is None else [f"{accuracies[place]:.4g}"]
        table.add(scores.architectures[place], f"{votes[place]:.3f}", *accuracy)
    return table


def _number(correlation: float | None) -> str:
    return "-" if correlation is None else f"{correlation:.3f}"
