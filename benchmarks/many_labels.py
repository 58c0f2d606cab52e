"""What fine-tuning on many labels reaches and costs, by how many networks its support has.

Run: OMP_NUM_THREADS=1 python benchmarks/many_labels.py --data DIR > docs/results/many-labels.md
"""

import argparse
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import numpy as np
from scipy.stats import kendalltau, spearmanr

import gennape
from gennape import benchmarks
from gennape.benchmarks import Benchmark
from gennape.estimator.calibration.label_transform import standardised_labels
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.few_shot import few_shot_gp
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.estimator.few_shot.few_shot_gp import FewShotGP
from gennape.utils.array_types import FloatArray, IntArray

RANKED = 3_000
SUPPORTS = (500, 1_000, 2_000)
TABLES = (
    ("nasbench201", "nasbench101", (50, 1_000, 2_000, 4_000, 12_625)),
    ("nasbench101", "all-families", (50, 1_000, 4_000, 26_001)),
)
"""Table, estimator and numbers of labels."""
_CHUNK = 2_000
HEAD = """# Fine-tuning on many labels

```bash
OMP_NUM_THREADS=1 python benchmarks/many_labels.py --data DIR > docs/results/many-labels.md
```

The estimator of NAS-Bench-101 on NAS-Bench-201 (CIFAR-10 test accuracy), and the default on
NAS-Bench-101 (validation accuracy), which it has learned from already; fine-tuned on some labels,
ranked on 3,000 other networks (NAS-Bench-101: its test rows). One draw of labels. Up to as many
labels as the support has networks the Gaussian process is exact; more teach through it. Bundled
code has a support of 1,000. Seconds are those of one core that others used too; memory is the most
that fitting allocates beside the features; the disk is what the process adds to a checkpoint.

| table | labels | support | Spearman | Kendall | fit, s | memory, MB | 1,000 scores, s | disk, MB |
|---|---:|---:|---:|---:|---:|---:|---:|---:|"""


def encoded(table: Benchmark, name: str) -> FewShotFeatures:
    """What fine-tuning reads of all networks of a table."""
    estimator, count = gennape.load(name), len(table.accuracies)
    starts = range(0, count, _CHUNK)
    chunks = (np.arange(first, min(first + _CHUNK, count)) for first in starts)
    parts = [estimator.features(list(table.graphs(rows))) for rows in chunks]
    return estimator.few_shot_features(GraphFeatures.join(parts))


def split(table: Benchmark) -> tuple[IntArray, IntArray]:
    """Networks whose labels are given, in the order they are drawn, and those to rank."""
    generator = np.random.default_rng(0)
    if table.name == "nasbench101":
        return generator.permutation(table.split.train), table.split.test
    order = generator.permutation(len(table.accuracies))
    return order[RANKED:], order[:RANKED]


def row(networks: FewShotFeatures, accuracies: FloatArray, given: IntArray, rest: IntArray) -> str:
    targets, labelled = standardised_labels(accuracies[given], len(given)), networks.take(given)
    tracemalloc.start()
    start = process_time()
    process = FewShotGP.fit(labelled, targets)
    fitted = process_time()
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    ranked = networks.take(rest)
    middle = process_time()
    scores, _ = process.predict(ranked)
    seconds = (process_time() - middle) / len(rest) * 1_000
    disk = sum(array.nbytes for array in process.arrays().values())
    cells = [
        f"{spearmanr(scores, accuracies[rest]).statistic:.4f}",
        f"{kendalltau(scores, accuracies[rest]).statistic:.4f}",
        f"{fitted - start:.1f}",
        f"{memory / 1e6:,.0f}",
        f"{seconds:.2f}",
        f"{disk / 1e6:.1f}",
    ]
    return " | ".join(cells)


def rows(table: Benchmark, networks: FewShotFeatures, labels: int) -> Iterator[str]:
    order, rest = split(table)
    supports = SUPPORTS if labels > min(SUPPORTS) else SUPPORTS[:1]
    for support in supports:
        few_shot_gp._SUPPORT = support
        cells = row(networks, table.accuracies, order[:labels], rest)
        yield f"| {table.name} | {labels:,} | {min(support, labels):,} | {cells} |"
        if support >= labels:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    print(HEAD)
    for name, estimator, counts in TABLES:
        table = benchmarks.load(name, folder)
        networks = encoded(table, estimator)
        for labels in counts:
            for line in rows(table, networks, labels):
                print(line, flush=True)


if __name__ == "__main__":
    main()
