"""How the cross-family ranker ranks each labelled family after learning from all others.

Both tables of OFA-MobileNetV3 are left out together. What networks of a left-out family are
ranked by is the estimator's score out of domain: the mean of the ranker's components. Finished
seeds are kept in RUNS; a killed run goes on when the script is started again.

Run: GENNAPE_DATA=DIR python benchmarks/leave_one_out.py RUNS [--seeds 3]
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from labelled_tables import Table, training_set

from gennape import benchmarks
from gennape.estimator import DEFAULT
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.models.cross_family_ranker import (
    CrossFamilyRanker,
    component_scores,
)
from gennape.estimator.training.ranker_training import train_ranker
from gennape.evaluation.metrics import partial_spearman, spearman
from gennape.evaluation.transfer.protocols import group_of
from gennape.utils.progress import no_progress


def ranker_of(tables: list[Table], seed: int, folder: Path) -> CrossFamilyRanker | None:
    return train_ranker(training_set(tables), DEFAULT, seed, folder, no_progress)


def judged(table: Table, scores: np.ndarray) -> list[float]:
    """Spearman, and Spearman at equal size."""
    return [
        spearman(table.accuracies, scores),
        partial_spearman(table.accuracies, scores, table.features.log_macs),
    ]


def left_out(tables: list[Table], seed: int, runs: Path) -> Iterator[tuple[str, list[float]]]:
    """Each table, judged by a ranker of the others."""
    for group in dict.fromkeys(group_of(table.name) for table in tables):
        path = runs / f"{'-'.join(sorted(group))}-{seed}.json"
        if not path.exists():
            folder = path.with_suffix("")
            folder.mkdir(parents=True, exist_ok=True)
            others = [table for table in tables if table.name not in group]
            trained = ranker_of(others, seed, folder)
            results = {
                table.name: judged(table, component_scores(trained, table.features).mean(axis=0))
                for table in tables
                if table.name in group
            }
            path.write_text(json.dumps(results))
        yield from json.loads(path.read_text()).items()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tables = [Table(name) for name in benchmarks.names()]
    seeds = [dict(left_out(tables, seed, arguments.runs)) for seed in range(arguments.seeds)]
    print("| table | FLOPs | parameters | size prior | ranker | at equal size |")
    print("|---|---:|---:|---:|---:|---:|")
    for table in tables:
        floors = (table.features.log_macs, table.parameters, size_prior(table.features.sizes))
        alone = [f"{spearman(table.accuracies, floor):.3f}" for floor in floors]
        ours = np.array([seed[table.name] for seed in seeds])
        means = [f"{m:.3f} ± {d:.3f}" for m, d in zip(ours.mean(0), ours.std(0), strict=True)]
        print("| " + " | ".join([table.name, *alone, *means]) + " |")


if __name__ == "__main__":
    main()
