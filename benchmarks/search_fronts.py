"""Does a network of the front, with a fifth fewer MACs, learn as well as its family's median?

In each family, NSGA-II looks for a high score and few MACs. Of the front, the network with the
highest score is chosen among those with at least 20 % fewer MACs than the median network: that of
the median score among 201 random ones. Both are trained on CIFAR-10. A killed run goes on when
the script is started again.

Run: GENNAPE_DATA=DIR python benchmarks/search_fronts.py RUNS RECIPE
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

import gennape
from gennape import labelling, spaces
from gennape.cli.progress import progress_bar
from gennape.estimator import Estimator
from gennape.graph import ComputationGraph
from gennape.labelling import Dataset, Recipe
from gennape.search import EstimatorScorer, NetworkCache, Objective, SearchSettings, search
from gennape.spaces import SearchSpace

FAMILIES = ("hiaml", "two_path", "inception")
OBJECTIVES = (Objective.of("score"), Objective.of("macs"))
RANDOM = 201
MOST_MACS = 0.8
HEADINGS = ("family", "network", "architecture", "MACs", "score", "trained accuracy")


def median_network(space: SearchSpace, estimator: Estimator) -> tuple[ComputationGraph, float]:
    """The network of the median score among random ones, and that score."""
    rng = np.random.default_rng(0)
    graphs = [space.graph(space.sample(rng)) for _ in range(RANDOM)]
    scores = estimator.predict(graphs)["score"]
    place = np.argsort(scores, kind="stable")[RANDOM // 2]
    return graphs[place], float(scores[place])


def chosen_network(
    space: SearchSpace, estimator: Estimator, most_macs: float, folder: Path
) -> tuple[ComputationGraph, float]:
    """The best network of the front with so few MACs, and its score."""
    settings = SearchSettings("nsga2", OBJECTIVES)
    front = search(NetworkCache(space), settings, folder, EstimatorScorer(estimator)).front
    cheap = [one for one in front if one.metrics["macs"] <= most_macs]
    best = max(cheap, key=lambda one: one.metrics["score"])
    return space.graph(best.architecture), best.metrics["score"]


def rows(
    family: str, estimator: Estimator, images: Dataset, recipe: Recipe, runs: Path, seeds: range
) -> Iterator[str]:
    space = spaces.get(family)
    median = median_network(space, estimator)
    folder = runs / f"{family}-search"
    chosen = chosen_network(space, estimator, MOST_MACS * median[0].macs, folder)
    graphs = [median[0], chosen[0]]
    with progress_bar() as report:
        records = labelling.label_networks(
            graphs, images, recipe, runs / family, seeds=seeds, report=report
        ).records
    for name, (graph, score) in (("median", median), ("of the front", chosen)):
        reached = [one.accuracy for one in records if one.fingerprint == graph.fingerprint]
        yield (
            f"| {family} | {name} | `{graph.name.partition(':')[2]}` | {graph.macs / 1e6:.1f} M "
            f"| {score:.3f} | {np.mean(reached):.2f} ± {np.std(reached):.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("recipe", help="a name, or the path of a TOML file")
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    estimator = gennape.load()
    images = labelling.load_dataset("cifar10")
    recipe = labelling.load_recipe(arguments.recipe)
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---|---|---|---:|---:|---:|")
    for family in FAMILIES:
        seeds = range(arguments.seeds)
        for row in rows(family, estimator, images, recipe, arguments.runs, seeds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
