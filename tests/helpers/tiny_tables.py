"""Labelled tables, a recipe and an estimator small enough to be made in a test."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import spaces
from gennape.estimator import DEFAULT, EncoderView, Estimator, pretrain
from gennape.graph import ComputationGraph, canonical
from gennape.spaces.nasbench101 import NASBench101Architecture

TINY = replace(
    DEFAULT,
    views=(EncoderView("mean", paths=True), EncoderView("sum", paths=False)),
    contrastive_epochs=1,
    clusters=3,
    ranker_epochs=1,
    width=8,
    layers=2,
    dropout=0.1,
    epochs=2,
    head_epochs=2,
    batch_size=8,
)
"""Every part of the default recipe, each as small as it can be."""


def random_cells(count: int, seed: int = 0) -> list[NASBench101Architecture]:
    rng = np.random.default_rng(seed)
    return [spaces.get("nasbench101").sample(rng) for _ in range(count)]


def random_graphs(count: int, seed: int = 0) -> list[ComputationGraph]:
    return [spaces.get("nasbench101").graph(cell) for cell in random_cells(count, seed)]


def out_of_domain_graph(seed: int = 0) -> ComputationGraph:
    """A network out of the domain of tiny estimators."""
    space = spaces.get("two_path")
    return space.graph(space.sample(np.random.default_rng(seed)))


def synthetic_accuracies(cells: Sequence[NASBench101Architecture]) -> list[float]:
    """More 3x3 convolutions are better, fewer edges too."""
    return [0.9 + 0.02 * _convolutions(cell) - 0.001 * len(cell.edges) for cell in cells]


def write_nasbench101(folder: Path, rows: int = 40, **columns: list[Any]) -> Path:
    """A table of random cells in an order other than that of their hashes."""
    cells = random_cells(rows)
    accuracies = synthetic_accuracies(cells)
    table = {
        "module_hash": [f"{(row * 7) % rows:032x}" for row in range(rows)],
        "adjacency": [json.dumps(_matrix(cell)) for cell in cells],
        "operations": [json.dumps(["input", *cell.operations, "output"]) for cell in cells],
        **{f"valid_accuracy_{epochs}": accuracies for epochs in (4, 12, 36, 108)},
    }
    return _write(folder / "nasbench101.parquet", table | columns)


def write_nasbench201(folder: Path, rows: int = 40, names: Sequence[str] = ()) -> Path:
    """A table of random cells, or of the named ones.

    More FLOPs are better on CIFAR-10, worse on CIFAR-100.
    """
    space = spaces.get("nasbench201")
    rng = np.random.default_rng(0)
    cells = [space.parse(name) for name in names] or [space.sample(rng) for _ in range(rows)]
    macs = np.array([canonical(space.graph(cell)).macs for cell in cells]) / 1e7
    table = {
        "architecture": [space.format(cell) for cell in cells],
        "cifar10_test_accuracy_200": 60 + macs,
        "cifar100_test_accuracy_200": 60 - macs,
        "imagenet16_120_test_accuracy_200": rng.normal(size=len(cells)),
    }
    return _write(folder / "nasbench201.parquet", table)


def _write(path: Path, columns: dict[str, Any]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def _convolutions(cell: NASBench101Architecture) -> int:
    return cell.operations.count("conv3x3-bn-relu")


def _matrix(cell: NASBench101Architecture) -> list[list[int]]:
    matrix = np.zeros((len(cell.operations) + 2,) * 2, dtype=int)
    matrix[tuple(np.array(cell.edges).T)] = 1
    return matrix.tolist()


@contextmanager
def short_split() -> Iterator[None]:
    """A split of NAS-Bench-101 that leaves short tables some rows for training."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gennape.benchmarks.tables.nasbench101.TEST_ROWS", 8)
        patch.setattr("gennape.benchmarks.tables.nasbench101.VALIDATION_ROWS", 4)
        yield


TINY_FAMILIES = ("nasbench101", "nasbench201")


@cache
def tiny_estimator_of_two_families() -> Estimator:
    """Trained on 28 random cells of NAS-Bench-101 and 40 of NAS-Bench-201; likewise."""
    with TemporaryDirectory() as folder, short_split():
        write_nasbench101(Path(folder))
        write_nasbench201(Path(folder))
        return pretrain(TINY_FAMILIES, Path(folder) / "estimator", TINY, data_dir=folder)


@cache
def tiny_estimator() -> Estimator:
    """Trained on 28 random cells; tests must leave it as it is."""
    with TemporaryDirectory() as folder, short_split():
        write_nasbench101(Path(folder))
        return pretrain("nasbench101", Path(folder) / "estimator", TINY, data_dir=folder)
