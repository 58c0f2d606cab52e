"""Does the uncertainty of foreign networks say how wrong their scores are?

For each labelled table, left out in turn: how far, by the tables that were learned from, the
general voice is from the truth, and how far it is on the table that was left out. The truth of a
family is its labels, put where the general voice has the family, so that only their order is
judged; 68 % should be within the error that is expected. Uses the rankers that
leave_one_out.py has trained in RUNS.

Run: GENNAPE_DATA=DIR python benchmarks/uncertainty.py RUNS [--seeds 3]
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from labelled_tables import Table
from leave_one_out import ranker_of
from scipy.stats import rankdata

from gennape import benchmarks
from gennape.estimator.models.cross_family_ranker import component_scores
from gennape.evaluation.transfer.protocols import group_of


def errors(voice: np.ndarray, accuracies: np.ndarray) -> np.ndarray:
    """How far the voice is from the truth, `(graphs,)`."""
    order = rankdata(accuracies, method="ordinal") - 1
    return voice - np.sort(voice)[order]


def usual_error(voice: np.ndarray, accuracies: np.ndarray) -> float:
    """What errors stay within for 68 % of the networks."""
    return float(np.quantile(np.abs(errors(voice, accuracies)), 0.6827))


def said_and_found(tables: list[Table], judged: Table, runs: Path, seed: int) -> list[float]:
    """The error to expect, that on the left-out table, and the share within the expected."""
    group = group_of(judged.name)
    others = [table for table in tables if table.name not in group]
    trained = ranker_of(others, seed, runs / f"{'-'.join(sorted(group))}-{seed}")
    known, left_out = (
        [(component_scores(trained, one.features).mean(axis=0), one.accuracies) for one in part]
        for part in (others, [judged])
    )
    expected = float(np.mean([usual_error(*pair) for pair in known]))
    found = np.abs(errors(*left_out[0]))
    return [expected, usual_error(*left_out[0]), float((found <= expected).mean())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tables = [Table(name) for name in benchmarks.names()]
    print("| table | error expected | error found | share within |")
    print("|---|---:|---:|---:|")
    for table in tables:
        trials = [
            said_and_found(tables, table, arguments.runs, seed) for seed in range(arguments.seeds)
        ]
        expected, found, share = np.mean(trials, axis=0)
        print(f"| {table.name} | {expected:.2f} | {found:.2f} | {share:.2f} |", flush=True)


if __name__ == "__main__":
    main()
