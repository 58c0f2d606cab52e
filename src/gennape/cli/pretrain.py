"""`gennape pretrain`: train an estimator from the labelled data."""

from pathlib import Path
from typing import Annotated

import typer

from gennape.cli.options import DataFolder, Seed


def pretrain(
    out: Annotated[Path, typer.Option(help="Where the estimator is written.")],
    data: DataFolder = None,
    config: Annotated[
        str, typer.Option(metavar="NAME", help="The recipe: the default, an ablation, k-gnn.")
    ] = "default",
    families: Annotated[
        str, typer.Option(metavar="all|NAME,...", help="Labelled tables to learn from.")
    ] = "nasbench101",
    seed: Seed = 0,
) -> None:
    """Train an estimator on labelled families; a killed run goes on when started again."""
    from gennape import benchmarks
    from gennape.cli.progress import progress_bar
    from gennape.estimator import CONFIGS, pretrain

    if config not in CONFIGS:
        raise typer.BadParameter(
            f"no recipe is called {config!r}; they are {', '.join(CONFIGS)}", param_hint="--config"
        )
    every = [*benchmarks.names(), benchmarks.MODEL_ZOO]
    tables = every if families == "all" else families.split(",")
    with progress_bar() as report:
        pretrain(tables, out, CONFIGS[config], seed, report, data_dir=data)
    print(f"estimator written to {out}")
