"""How well cheap trainings rank networks, against what NAS-Bench-201 measured in 200 epochs.

The networks are spread over the ranking of the table's CIFAR-10 test accuracies: the first, the
last and those at equal distances between them. A killed run goes on when the script is started
again; several processes may share one folder.

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
from gennape.labelling import Dataset, Recipe, Record

TABLE, LABEL = "nasbench201", "cifar10_test_accuracy_200"
HEADINGS = (
    "recipe",
    "epochs",
    "images",
    "at half resolution",
    "seconds a network",
    "mean accuracy",
    "Spearman",
    "Kendall",
    "Spearman, better half",
)


def spread_networks(count: int) -> tuple[list[ComputationGraph], npt.NDArray[np.float64]]:
    """Networks spread over the ranking, worst first, and their published accuracies."""
    table = benchmarks.load(TABLE)
    accuracies = table.labels[LABEL]
    ranking = np.argsort(accuracies, kind="stable")
    rows = ranking[np.linspace(0, len(ranking) - 1, count).round().astype(int)]
    space = spaces.get(TABLE, classes=10, resolution=32)
    return [space.graph(table.architectures[row]) for row in rows], accuracies[rows]


def trained(
    graphs: list[ComputationGraph], images: Dataset, recipe: Recipe, runs: Path
) -> list[Record]:
    with progress_bar() as report:
        found = labelling.run(
            graphs, images, recipe, runs / recipe.name, compute=None, report=report
        )
    by_fingerprint = {record.fingerprint: record for record in found.records}
    return [by_fingerprint[graph.fingerprint] for graph in graphs]


def cells(
    recipe: Recipe, records: list[Record], published: npt.NDArray[np.float64]
) -> Iterator[str]:
    """One row of the table; a network that was not trained to the end ranks last."""
    reached = np.nan_to_num(np.array([record.accuracy for record in records]), nan=0.0)
    better = slice(len(records) // 2, None)
    yield recipe.name
    yield str(recipe.epochs)
    yield f"{recipe.images or 50_000:,}"
    yield str(recipe.half_resolution_epochs)
    yield f"{np.mean([record.seconds for record in records]):.0f}"
    yield f"{reached.mean():.1f}"
    yield f"{spearmanr(reached, published).statistic:.3f}"
    yield f"{kendalltau(reached, published).statistic:.3f}"
    yield f"{spearmanr(reached[better], published[better]).statistic:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("recipes", nargs="+", help="names, or paths of TOML files")
    parser.add_argument("--count", type=int, default=24)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    graphs, published = spread_networks(arguments.count)
    images = labelling.load_dataset("cifar10")
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---|" + "---:|" * (len(HEADINGS) - 1))
    for name in arguments.recipes:
        recipe = labelling.load_recipe(name)
        records = trained(graphs, images, recipe, arguments.runs)
        print(f"| {' | '.join(cells(recipe, records, published))} |", flush=True)


if __name__ == "__main__":
    main()
