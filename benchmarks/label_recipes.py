"""How well cheap trainings rank networks, against what NAS-Bench-201 measured in 200 epochs.

Networks are spread in two ways: over the ranking of the table's CIFAR-10 test accuracies, the
worst, the best and those at equal distances between them, most of which differ by less than a
point; and over the accuracies of those networks that learn, from 46 % to 94 %. A killed run goes
on when the script is started again; several processes may share one folder. First it prints what
NAS-Bench-101's own trainings of four lengths say of one another.

Run: python benchmarks/label_recipes.py RUNS RECIPE... > docs/results/label-recipes.md
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import kendalltau, spearmanr

from gennape import benchmarks, labelling, spaces
from gennape.cli.progress import progress_bar
from gennape.graph import ComputationGraph
from gennape.labelling import Dataset, Recipe, RunRecord

TABLE, LABEL = "nasbench201", "cifar10_test_accuracy_200"
LEARNS = 20.0
"""Percent, twice what chance gives."""

HEADINGS = (
    "recipe",
    "networks spread over",
    "epochs",
    "images",
    "at half resolution",
    "optimizer",
    "seconds a network",
    "accuracies reached",
    "Spearman",
    "Kendall",
    "Spearman, better half",
)

Rows = npt.NDArray[np.int64]


def over_the_ranking(accuracies: npt.NDArray[np.float64], count: int) -> Rows:
    ranking = np.argsort(accuracies, kind="stable")
    spread: Rows = ranking[np.linspace(0, len(ranking) - 1, count).round().astype(int)]
    return spread


def over_the_accuracies(accuracies: npt.NDArray[np.float64], count: int) -> Rows:
    learned = np.flatnonzero(accuracies > LEARNS)
    wanted = np.linspace(accuracies[learned].min(), accuracies[learned].max(), count)
    nearest: Rows = learned[np.abs(accuracies[learned] - wanted[:, None]).argmin(axis=1)]
    return nearest


SPREADS = {"the ranking": over_the_ranking, "the accuracies": over_the_accuracies}


def trained(
    graphs: list[ComputationGraph], images: Dataset, recipe: Recipe, runs: Path
) -> list[RunRecord]:
    with progress_bar() as report:
        found = labelling.label_networks(
            graphs, images, recipe, runs / recipe.name, compute=None, report=report
        )
    by_fingerprint = {record.fingerprint: record for record in found.records}
    return [by_fingerprint[graph.fingerprint] for graph in graphs]


def cells(
    recipe: Recipe, spread: str, records: list[RunRecord], published: npt.NDArray[np.float64]
) -> Iterator[str]:
    """One row of the table; a network that was not trained to the end ranks last."""
    reached = np.nan_to_num(np.array([record.accuracy for record in records]), nan=0.0)
    better = slice(len(records) // 2, None)
    yield recipe.name
    yield spread
    yield str(recipe.epochs)
    yield f"{recipe.images or 50_000:,}"
    yield str(recipe.half_resolution_epochs)
    yield recipe.optimizer
    yield f"{np.mean([record.seconds for record in records]):.0f}"
    yield f"{reached.min():.1f} to {reached.max():.1f}"
    yield f"{spearmanr(reached, published).statistic:.3f}"
    yield f"{kendalltau(reached, published).statistic:.3f}"
    yield f"{spearmanr(reached[better], published[better]).statistic:.3f}"


def print_lengths() -> None:
    """How the rankings of NAS-Bench-101 after few epochs agree with that after most."""
    table = benchmarks.load("nasbench101")
    macs = [graph.macs for graph in table.graphs(table.split.test)]
    print("| epochs | Spearman with 108 epochs | Spearman with FLOPs |\n|---:|---:|---:|")
    for name, label in sorted(table.labels.items(), key=lambda entry: epochs_of(entry[0])):
        whole = spearmanr(label, table.accuracies).statistic
        size = spearmanr(label[table.split.test], macs).statistic
        print(f"| {epochs_of(name)} | {whole:.3f} | {size:.3f} |")
    print(flush=True)


def epochs_of(label: str) -> int:
    return int(label.rpartition("_")[2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("recipes", nargs="+", help="names, or paths of TOML files")
    parser.add_argument("--count", type=int, default=24)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print_lengths()
    table = benchmarks.load(TABLE)
    space = spaces.get(TABLE, classes=10, resolution=32)
    images = labelling.load_dataset("cifar10")
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---|---|" + "---:|" * (len(HEADINGS) - 2))
    for recipe in map(labelling.load_recipe, arguments.recipes):
        for spread, chosen in SPREADS.items():
            rows = chosen(table.labels[LABEL], arguments.count)
            graphs = [space.graph(table.architectures[row]) for row in rows]
            records = trained(graphs, images, recipe, arguments.runs)
            row = cells(recipe, spread, records, table.labels[LABEL][rows])
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
