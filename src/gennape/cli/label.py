"""`gennape label`: train networks to learn how accurate they become."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Annotated

import typer

from gennape.cli.options import DataFolder, Seed, TrustedModules
from gennape.cli.output import show
from gennape.utils.terminal import printable

if TYPE_CHECKING:
    from gennape.labelling import RunRecord
    from gennape.utils.text_table import TextTable


def label(
    networks: Annotated[
        str,
        typer.Argument(
            metavar="FAMILY|NETWORKS.txt",
            help="A family to sample from, or a text file of one family:architecture a line.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of results; a killed run goes on there.")],
    count: Annotated[int, typer.Option(min=1, help="How many networks of a family.")] = 50,
    dataset: Annotated[
        str,
        typer.Option(
            metavar="NAME|DIR|PACKAGE:FACTORY",
            help="cifar10, digits, an image folder, or a function that makes a data set.",
        ),
    ] = "cifar10",
    data: DataFolder = None,
    resolution: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Height and width that images of a folder or function are resized to.",
            show_default="their own",
        ),
    ] = None,
    recipe: Annotated[
        str, typer.Option(metavar="NAME|PATH", help="quick, standard, paper, or a TOML file.")
    ] = "standard",
    repeats: Annotated[
        int, typer.Option(min=1, help="Trainings of each network, with seeds from --seed on.")
    ] = 1,
    hours: Annotated[
        float | None, typer.Option(min=0, help="End after this time.", show_default="no end")
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="local|ray", help="This process, or a Ray cluster.")
    ] = "local",
    share: Annotated[
        float, typer.Option(help="GPUs, or else processors, of each run with --engine ray.")
    ] = 1.0,
    device: Annotated[
        str, typer.Option(help="As PyTorch names it, such as cuda:1; auto for a GPU, if any.")
    ] = "auto",
    trust_module: TrustedModules = None,
    seed: Seed = 0,
) -> None:
    """Train networks on real images and keep their accuracies."""
    from gennape import labelling
    from gennape.cli.progress import progress_bar

    works = labelling.load_engine(engine, share)
    compute = works.compute(device)
    how = labelling.load_recipe(recipe)
    images = labelling.load_dataset(dataset, data, resolution)
    if networks.endswith(".txt"):
        graphs = labelling.read_network_file(Path(networks), images, trust_module or ())
    else:
        graphs = labelling.sample_networks(networks, images, count, seed)
    seeds = range(seed, seed + repeats)
    budget = float("inf") if hours is None else hours
    with progress_bar() as report:
        found = labelling.label_networks(
            graphs,
            images,
            how,
            out,
            seeds=seeds,
            compute=compute,
            engine=works,
            hours=budget,
            report=report,
        )
    show(_summary(found.records))
    print(f"{len(found.records)} runs have ended, {found.left} are left: {out / 'runs.parquet'}")
    if _print_failures(found.records):
        raise typer.Exit(1)


def _print_failures(records: "Sequence[RunRecord]") -> bool:
    """Print each reason of failed runs once on standard error; tell whether there is any."""
    from gennape.labelling import RunStatus

    reasons = Counter(record.reason for record in records if record.status is RunStatus.FAILED)
    for reason, runs in reasons.items():
        text = f"{runs} {'run' if runs == 1 else 'runs'} failed: {reason}"
        print(printable(text, sys.stderr.encoding), file=sys.stderr)
    return bool(reasons)


def _summary(records: "Sequence[RunRecord]") -> "TextTable":
    """Tabulate how many runs ended in each way, and how accurate their networks are."""
    from gennape.labelling import RunStatus
    from gennape.utils.text_table import TextColumn, TextTable

    headings = ("Number", "Lowest", "Mean", "Highest", "Seconds")
    table = TextTable([TextColumn("Runs"), *(TextColumn(one, is_number=True) for one in headings)])
    for status in RunStatus:
        ended = [record for record in records if record.status is status]
        if ended:
            accuracies = [record.accuracy for record in ended if status is RunStatus.TRAINED]
            of = (min, mean, max) if accuracies else ()
            spread = [f"{reduce(accuracies):.2f}" for reduce in of] or ["-"] * 3
            seconds = f"{mean(record.seconds for record in ended):.1f}"
            table.add(str(status), str(len(ended)), *spread, seconds)
    return table
