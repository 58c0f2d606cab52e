"""`gennape proxy`: zero-cost proxies of networks."""

from typing import TYPE_CHECKING

import typer

from gennape.cli.options import BatchSize, Images, Inputs, Models, ProxyNames, Seed, parse_inputs
from gennape.cli.output import (
    Format,
    OutputFormat,
    print_csv,
    print_failures,
    print_json,
    show,
)

if TYPE_CHECKING:
    from gennape.proxies import ProxyScore
    from gennape.utils.text_table import TextTable


def proxy(
    models: Models,
    proxies: ProxyNames = "swap,synflow",
    batch: BatchSize = 64,
    data: Images = "noise",
    inputs: Inputs = None,
    seed: Seed = 0,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Compute zero-cost proxies of networks with initial weights; higher is better.

    Exits with status 1 when a network could not be read; the others still are.
    """
    from dataclasses import asdict, fields

    from gennape.cli.options import parse_names
    from gennape.cli.progress import A_FEW, progress_bar
    from gennape.frontends.network_list import UnreadNetwork, read_networks
    from gennape.proxies import ProxyScore, measure
    from gennape.proxies.registry import get

    wanted = [get(name).name for name in parse_names(proxies)]
    shape, named = parse_inputs(inputs)
    with progress_bar(least=A_FEW) as report:
        networks = read_networks(models or (), shape, inputs=named, report=report)
    failed = list(networks.failed)
    scores: dict[str, list[ProxyScore]] = {}
    for model, graph in zip(networks.names, networks.graphs, strict=True):
        try:
            scores[model] = measure(wanted, graph, data, batch, seed)
        except (ValueError, OSError) as error:
            failed.append(UnreadNetwork(model, str(error)))
    print_failures(failed)
    rows = [{"model": model, **asdict(one)} for model, found in scores.items() for one in found]
    if output is Format.JSON:
        print_json(rows)
    elif output is Format.CSV:
        print_csv(["model", *(field.name for field in fields(ProxyScore))], rows)
    elif scores:
        show(_table(scores))
    if failed:
        raise typer.Exit(1)


def _table(scores: "dict[str, list[ProxyScore]]") -> "TextTable":
    from gennape.reports.numbers import with_bytes
    from gennape.utils.text_table import TextColumn, TextTable

    table = TextTable(
        [
            TextColumn("Model", folds=True),
            TextColumn("Proxy"),
            TextColumn("Value", is_number=True),
            TextColumn("Time", is_number=True, rank=1),
            TextColumn("Memory", is_number=True, rank=2),
            TextColumn("Missing because", folds=True),
        ]
    )
    for model, found in scores.items():
        for one in found:
            table.add(
                model,
                one.proxy,
                "" if one.value is None else f"{one.value:.6g}",
                f"{one.milliseconds:.0f} ms",
                with_bytes(one.peak_bytes),
                one.missing,
            )
    return table
