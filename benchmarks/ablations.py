"""The default recipe beside its ablations and the paper's baseline, over several seeds.

Each estimator is trained into RUNS/<recipe>-<seed> unless it is there already; a killed
run goes on when the script is started again.

Run: python benchmarks/ablations.py RUNS [--seeds 3] > docs/results/ablations.md
"""

import argparse
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from gennape.estimator import CONFIGS, DEFAULT, Estimator, load, pretrain
from gennape.evaluation import Result, evaluate

TARGETS = (("nasbench101", "valid_accuracy_108"), ("nasbench201", "cifar10_test_accuracy_200"))


def trained(recipe: str, seed: int, runs: Path) -> Estimator:
    folder = runs / f"{recipe}-{seed}"
    if not (folder / "estimator.json").exists():
        start = perf_counter()
        pretrain(None, folder, CONFIGS[recipe], seed)
        print(f"{folder}: {perf_counter() - start:.0f} s", file=sys.stderr)
    return load(folder)


def results(estimator: Estimator) -> dict[tuple[str, str], Result]:
    found = evaluate(estimator)
    return {
        (result.family, result.method): result
        for result in found
        if (result.family, result.label) in TARGETS
    }


def cell(values: list[float]) -> str:
    spread = f" ± {np.std(values):.3f}" if len(values) > 1 else ""
    return f"{np.mean(values):.3f}{spread}"


def row(name: str, seeds: int, rows: list[list[Result]]) -> str:
    """One line: Spearman in the family, then zero-shot, at equal size, and in the top tenth."""
    inside, outside = zip(*rows, strict=True)
    columns = [
        [result.spearman for result in inside],
        [result.spearman for result in outside],
        [result.kendall_tau for result in outside],
        [result.at_equal_size for result in outside],
        [result.top_tenth for result in outside],
    ]
    return f"| {name} | {seeds} | " + " | ".join(map(cell, columns)) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seeds", type=int, default=3, help="of the default recipe")
    parser.add_argument("--ablation-seeds", type=int, default=1)
    arguments = parser.parse_args()
    print("| recipe | seeds | NB-101 test | NB-201 zero-shot | Kendall | equal size | top tenth |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for recipe, config in CONFIGS.items():
        seeds = arguments.seeds if config == DEFAULT else arguments.ablation_seeds
        found = [results(trained(recipe, seed, arguments.runs)) for seed in range(seeds)]
        if config == DEFAULT:
            for floor in ("FLOPs", "parameters"):
                print(row(floor, 1, [[found[0][family, floor] for family, _ in TARGETS]]))
        print(
            row(recipe, seeds, [[r[family, "estimator"] for family, _ in TARGETS] for r in found]),
            flush=True,
        )


if __name__ == "__main__":
    main()
