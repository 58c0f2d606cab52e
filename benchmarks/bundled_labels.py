"""What the labels that come with the package are worth: their range, ties and noise.

Run: python benchmarks/bundled_labels.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from scipy.stats import spearmanr

import gennape
from gennape.benchmarks import BUNDLED

RUNS = Path(gennape.__file__).parent / "benchmarks" / "cifar10_quick" / "runs.parquet"
PUBLISHED = {"hiaml": 0.277, "inception": 0.412, "two_path": 0.333}
"""Spearman of FLOPs and accuracy in the GENNAPE paper, after 200 epochs."""

SUMMARY = (
    "family",
    "networks",
    "accuracy",
    "mean",
    "deviation",
    "equal pairs",
    "FLOPs",
    "FLOPs, published",
    "parameters",
    "minutes a network",
)
NOISE = (
    "family",
    "networks",
    "seeds",
    "deviation over seeds",
    "deviation over networks",
    "Spearman of two seeds",
)

Rows = list[dict[str, Any]]
Array = npt.NDArray[np.float64]


def family_of(row: dict[str, Any]) -> str:
    return str(row["architecture"]).partition(":")[0]


def accuracies(rows: Rows) -> Array:
    return np.array([row["test_accuracy"][-1] for row in rows])


def summary(family: str, rows: Rows) -> Iterator[str]:
    """The first training of each network."""
    reached = accuracies(rows)
    pairs = len(reached) * (len(reached) - 1) // 2
    _, counts = np.unique(reached, return_counts=True)
    yield family
    yield str(len(rows))
    yield f"{reached.min():.1f} to {reached.max():.1f}"
    yield f"{reached.mean():.1f}"
    yield f"{reached.std():.2f}"
    yield f"{(counts * (counts - 1) // 2).sum()} of {pairs}"
    yield f"{spearmanr(reached, [row['macs'] for row in rows]).statistic:.3f}"
    yield f"{PUBLISHED[family]:.3f}"
    yield f"{spearmanr(reached, [row['parameters'] for row in rows]).statistic:.3f}"
    yield f"{np.mean([row['seconds'] for row in rows]) / 60:.1f}"


def noise(family: str, rows: Rows) -> Iterator[str]:
    """Networks that were trained with every seed."""
    seeds = sorted({row["seed"] for row in rows})
    by_network: dict[str, dict[int, float]] = {}
    for row, accuracy in zip(rows, accuracies(rows), strict=True):
        by_network.setdefault(row["fingerprint"], {})[row["seed"]] = accuracy
    table = np.array(
        [[runs[seed] for seed in seeds] for runs in by_network.values() if len(runs) == len(seeds)]
    )
    agreement = [
        spearmanr(table[:, one], table[:, other]).statistic
        for one in range(len(seeds))
        for other in range(one)
    ]
    yield family
    yield str(len(table))
    yield str(len(seeds))
    yield f"{np.sqrt(table.var(axis=1, ddof=1).mean()):.2f}"
    yield f"{accuracies([row for row in rows if row['seed'] == seeds[0]]).std(ddof=1):.2f}"
    yield f"{np.mean(agreement):.3f}"


def show(headings: tuple[str, ...], lines: Iterator[Iterator[str]]) -> None:
    print(f"| {' | '.join(headings)} |")
    print("|---|" + "---:|" * (len(headings) - 1))
    for line in lines:
        print(f"| {' | '.join(line)} |")
    print()


def main() -> None:
    rows = [row for row in pq.read_table(RUNS).to_pylist() if row["status"] == "trained"]
    families = {family: [row for row in rows if family_of(row) == family] for family in BUNDLED}
    show(
        SUMMARY,
        (
            summary(family, [row for row in rows if row["seed"] == 0])
            for family, rows in families.items()
        ),
    )
    repeated = {
        family: rows for family, rows in families.items() if len({row["seed"] for row in rows}) > 1
    }
    show(NOISE, (noise(family, rows) for family, rows in repeated.items()))


if __name__ == "__main__":
    main()
