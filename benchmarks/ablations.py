"""The default recipe over several seeds, and single members with one part exchanged.

The ensemble of the default recipe is trained into RUNS/default-<seed>, a single member of each
recipe into RUNS/single/<recipe>-<seed>, unless it is there already; a killed run goes on when
the script is started again. Floors are what size alone gives.

Run: python benchmarks/ablations.py RUNS [--seeds 3] > docs/results/ablations.md
"""

import argparse
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np

from gennape import benchmarks
from gennape.estimator import CONFIGS, DEFAULT, Estimator, EstimatorConfig, load, pretrain
from gennape.estimator.encoders import graph_features
from gennape.estimator.graph_features import GraphFeatures
from gennape.evaluation import metrics

FAMILIES = ("nasbench101", "nasbench201")


def trained(recipe: str, config: EstimatorConfig, seed: int, runs: Path) -> Estimator:
    folder = runs / f"{recipe}-{seed}"
    if not (folder / "estimator.json").exists():
        start = perf_counter()
        pretrain(None, folder, config, seed)
        print(f"{folder}: {perf_counter() - start:.0f} s", file=sys.stderr)
    return load(folder)


def first_member(ensemble: Estimator) -> Estimator:
    """The ensemble's first member alone, which is what its recipe trains as a single one."""
    config = replace(ensemble.config, views=ensemble.config.views[:1])
    whole = ensemble.reference
    reference = replace(whole, means=whole.means[:, :1], deviations=whole.deviations[:, :1])
    return Estimator(
        config,
        ensemble.members[:1],
        ensemble.generalists,
        ensemble.target,
        ensemble.familiarity,
        reference,
    )


@cache
def judged_networks(family: str, encoder: str) -> tuple[GraphFeatures, np.ndarray]:
    """Features and accuracies of the networks of a family that are ranked."""
    table = benchmarks.load(family)
    rows = table.split.test
    return graph_features(table.graphs(rows), encoder), table.accuracies[rows]


def correlations(scores: np.ndarray, accuracies: np.ndarray, sizes: np.ndarray) -> list[float]:
    """Spearman, Kendall, Spearman at equal size and in the top tenth."""
    return [
        metrics.spearman(accuracies, scores),
        metrics.kendall_tau(accuracies, scores),
        metrics.partial_spearman(accuracies, scores, sizes),
        metrics.top_tenth_spearman(accuracies, scores),
    ]


def judged(estimator: Estimator) -> list[float]:
    """Spearman inside the family of training, then all correlations outside it."""
    encoder = estimator.config.encoder
    inside, outside = (
        correlations(estimator.predict_features(features).score, accuracies, features.log_macs)
        for features, accuracies in (judged_networks(family, encoder) for family in FAMILIES)
    )
    return [inside[0], *outside]


def floor() -> list[float]:
    inside, outside = (
        correlations(features.log_macs, accuracies, features.log_macs)
        for features, accuracies in (
            judged_networks(family, DEFAULT.encoder) for family in FAMILIES
        )
    )
    return [inside[0], *outside]


def row(name: str, runs: list[list[float]]) -> str:
    """One line: means over seeds, with their deviation where there are several."""
    means, deviations = np.mean(runs, axis=0), np.std(runs, axis=0)
    spread = [f" ± {deviation:.3f}" if len(runs) > 1 else "" for deviation in deviations]
    cells = " | ".join(f"{mean:.3f}{s}" for mean, s in zip(means, spread, strict=True))
    return f"| {name} | {len(runs)} | {cells} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seeds", type=int, default=3, help="of the default recipe")
    arguments = parser.parse_args()
    print("| recipe | seeds | NB-101 test | NB-201 zero-shot | Kendall | equal size | top tenth |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    print(row("FLOPs", [floor()]), flush=True)
    ensembles = [
        trained("default", DEFAULT, seed, arguments.runs) for seed in range(arguments.seeds)
    ]
    print(row("default, 2 members", [judged(one) for one in ensembles]), flush=True)
    singles = [judged(first_member(one)) for one in ensembles]
    print(row("default, 1 member", singles), flush=True)
    for recipe, config in CONFIGS.items():
        if config != DEFAULT:
            single = replace(config, views=config.views[:1])
            estimator = trained(recipe, single, 0, arguments.runs / "single")
            print(row(f"{recipe}, 1 member", [judged(estimator)]), flush=True)


if __name__ == "__main__":
    main()
