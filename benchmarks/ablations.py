"""The default recipe over several seeds, and single members with one part exchanged.

The ensemble of the default recipe is trained into RUNS/default-<seed>, a single member of each
recipe into RUNS/single/<recipe>-<seed>, unless it is there already; a killed run goes on when
the script is started again. Floors are what size alone gives.

Run: python benchmarks/ablations.py RUNS [--seeds 3] > docs/results/ablations.md
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from gennape.estimator import CONFIGS, DEFAULT, Estimator, EstimatorConfig, load, pretrain
from gennape.evaluation import Result, evaluate

TARGETS = (("nasbench101", "valid_accuracy_108"), ("nasbench201", "cifar10_test_accuracy_200"))


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
    reference = replace(whole, means=whole.means[:1], deviations=whole.deviations[:1])
    return Estimator(config, ensemble.members[:1], ensemble.target, ensemble.familiarity, reference)


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
    arguments = parser.parse_args()
    print("| recipe | seeds | NB-101 test | NB-201 zero-shot | Kendall | equal size | top tenth |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    ensembles = [
        trained("default", DEFAULT, seed, arguments.runs) for seed in range(arguments.seeds)
    ]
    found = [results(ensemble) for ensemble in ensembles]
    for floor in ("FLOPs", "parameters"):
        print(row(floor, 1, [[found[0][family, floor] for family, _ in TARGETS]]))
    print(row("default, 4 members", arguments.seeds, [of_estimator(one) for one in found]))
    singles = [results(first_member(ensemble)) for ensemble in ensembles]
    print(row("default, 1 member", arguments.seeds, [of_estimator(one) for one in singles]))
    for recipe, config in CONFIGS.items():
        if config != DEFAULT:
            single = replace(config, views=config.views[:1])
            estimator = trained(recipe, single, 0, arguments.runs / "single")
            line = row(f"{recipe}, 1 member", 1, [of_estimator(results(estimator))])
            print(line, flush=True)


def of_estimator(found: dict[tuple[str, str], Result]) -> list[Result]:
    return [found[family, "estimator"] for family, _ in TARGETS]


if __name__ == "__main__":
    main()
