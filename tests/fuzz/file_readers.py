"""Readers of label files, recipes, graph stores and official files, for `fuzz.file_targets`.

Each takes a path and returns the numbers that it read.
"""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from gennape.benchmarks import import_official
from gennape.benchmarks.label_file import read_label_file
from gennape.graph import store
from gennape.labelling import load_recipe


def labels(path: Path) -> list[float]:
    """Read labels for fine-tuning: accuracies, and the costs of the networks."""
    found = read_label_file(path)
    return [*found.accuracies, *(float(graph.macs) for graph in found.graphs)]


def recipe(path: Path) -> list[float]:
    """Read a recipe of training."""
    return [float(value) for value in asdict(load_recipe(path)).values() if type(value) is not str]


def graphs(path: Path) -> list[float]:
    """Read a graph store."""
    batch = store.load(path)
    return [float(batch.graph(index).macs) for index in range(len(batch))]


def _imported(kind: str, path: Path) -> list[float]:
    """Import an official file and read the table."""
    with TemporaryDirectory() as out:
        imported = import_official(kind, path, out)
        values: list[float] = pq.read_table(imported.path)["value"].to_pylist()
    return values


nasbench101 = partial(_imported, "nasbench101")
nasbench201 = partial(_imported, "nasbench201")
nats = partial(_imported, "nats-tss")
nasbench301 = partial(_imported, "nasbench301")
nds = partial(_imported, "nds")
transnas = partial(_imported, "transnas")
accel_nasbench = partial(_imported, "accel-nasbench")
gennape = partial(_imported, "gennape")
