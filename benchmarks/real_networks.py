"""How accurate predictions are for real networks of families left out, and for NAS tables.

The accuracy process has no random part: each family of the model zoo is predicted from all others
in closed form. Extra trees and the cross-family ranker have seeds; the ranker of the real networks
is the bundled estimator's, which has seen none of them. What is measured of NAS tables is kept in
RUNS; a killed run goes on when the script is started again.

Run: GENNAPE_DATA=DIR python benchmarks/real_networks.py RUNS [--seeds 3]
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from interval_coverage import coverage_lines
from labelled_tables import ROWS
from unseen_tables import LEAF, TREES, measure, without_encoders
from zoo_left_out import LeftOutZoo
from zoo_tables import baseline_predictions, cifar_lines, family_lines, method_lines

import gennape
from gennape import benchmarks
from gennape.estimator import DEFAULT
from gennape.estimator.models.registry import ENCODERS
from gennape.estimator.training.measured_rows import measured_rows
from gennape.utils.progress import no_progress
from gennape.utils.workspace import Workspace

EIGHT = (
    *("nasbench101", "nasbench201", "nasbench301", "ofa_mobilenetv3"),
    *("ofa_mobilenetv3_kernel7", "accel_nasbench", "transnas_micro", "transnas_macro"),
)
"""Tables of the README's mean."""


def show(title: str, header: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    print(f"\n## {title}\n")
    print("| " + " | ".join(header) + " |")
    print("|---" + "|---:" * (len(header) - 1) + "|")
    for line in lines:
        print("| " + " | ".join(line) + " |", flush=True)


def show_zoo(zoo: LeftOutZoo, seeds: Sequence[int]) -> None:
    """All tables of real networks."""
    header = ["method", "all", "error", "convolutional", "attention", "all sizes", "tau"]
    for title, groups in (
        ("ImageNet, family left out", zoo.rows.families),
        ("ImageNet, families that share networks left out together", zoo.joined_families),
    ):
        said = baseline_predictions(zoo, groups, seeds)
        said |= {
            f"{name}, {recipe}": [method(groups, knows_recipe=recipe == "recipe known")]
            for name, method in (("process", zoo.by_process), ("composed", zoo.composed))
            for recipe in ("typical recipe", "recipe known")
        }
        silent = LeftOutZoo(zoo.zoo, zoo.rows, without_encoders(zoo.ranker))
        said["composed without encoders"] = [silent.composed(groups, knows_recipe=False)]
        show(title, header, method_lines(zoo, said))
        if groups is zoo.rows.families:
            cifar = ["method", *(f"CIFAR-{n} {m}" for n in (10, 100) for m in ("order", "error"))]
            show("CIFAR, pytorchcv/gluon-own, family left out", cifar, cifar_lines(zoo, said))
            best = said["composed, typical recipe"][0]
            families = ["family", "networks", "median error", "mean error"]
            show("Worst families", families, family_lines(zoo, best)[:20])
    header = ["stratum", "networks", "coverage", "lowest", "median width"]
    show("Intervals, families of the calibration apart", header, coverage_lines(zoo))


def table_line(
    method: str, records: Mapping[tuple[str, int], Mapping[str, list[float]]], names: Sequence[str]
) -> list[str]:
    """Means over seeds for each table, and the mean of the README's eight with its deviation."""
    seeds = sorted({seed for _, seed in records})
    values = np.array([[records[name, seed][method][0] for name in names] for seed in seeds])
    eight = values[:, [names.index(name) for name in EIGHT]].mean(axis=1)
    cells = [f"{mean:.3f}" for mean in values.mean(axis=0)]
    return [method, f"{eight.mean():.3f} ± {eight.std():.3f}", *cells]


def show_tables(workspace: Workspace, seeds: Sequence[int]) -> None:
    """All tables of NAS, by what is recorded."""
    wanted = [one for one in workspace.records if one["seed"] in seeds]
    records = {(one["table"], one["seed"]): one for one in wanted}
    names = [name for name in benchmarks.names() if (name, 0) in records]
    results = {cell: one["results"] for cell, one in records.items()}
    methods = list(results[names[0], 0])
    lines = [table_line(method, results, names) for method in methods]
    far = [f"{records[name, 0]['distance']:.2f}" for name in names]
    lines.append(["distance to real networks", "", *far])
    show("NAS tables, each left out", ["method", "mean of eight", *names], lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    seeds = range(arguments.seeds)
    zoo = benchmarks.load("model_zoo")
    rows = measured_rows(zoo, ENCODERS[DEFAULT.encoder].features, no_progress)
    show_zoo(LeftOutZoo(zoo, rows, gennape.load().ranker), seeds)
    settings = {"rows": ROWS, "trees": TREES, "leaf": LEAF}
    with Workspace(arguments.runs, settings, "tables.jsonl") as workspace:
        measure(rows, workspace, seeds)
        show_tables(workspace, seeds)


if __name__ == "__main__":
    main()
