"""Real networks with their published accuracies.

A row is one accuracy of one network of timm, torchvision or pytorchcv, with what it was trained
by. Their graphs are built from these packages (extra `zoo`), once, and kept in the cache.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from gennape.benchmarks.benchmark import Benchmark, BenchmarkError, Rows, Split
from gennape.benchmarks.zoo_graphs import failures, load_zoo_graphs
from gennape.benchmarks.zoo_networks import LIBRARIES, ZooNetwork
from gennape.graph import ComputationGraph, GraphBatch
from gennape.utils.array_types import IntArray
from gennape.utils.files import sha256_of
from gennape.utils.progress import ProgressCallback, no_progress

MODEL_ZOO = "model_zoo"
"""The table's name."""

MODEL_ZOO_FILE = "model_zoo.parquet"
"""Its file in the data folder."""

CLASSES = {"imagenet-1k": 1000, "cifar10": 10, "cifar100": 100, "svhn": 10, "cub200": 200}
"""Classes of each data set."""

_SMALL_IMAGES = {"cifar10": 32, "cifar100": 32, "svhn": 32}


@dataclass(frozen=True)
class ZooEntry:
    """One published accuracy of one network.

    Attributes:
        loader: `timm:NAME`, `torchvision:NAME` or `pytorchcv:NAME`.
        family: The module that defines the network.
        network: Equal for the same network of several packages.
        dataset: A key of `CLASSES`.
        img_size: Height and width of the images; None for the network's own.
        top1: Top-1 accuracy in percent, or None where only others were published.
        top5: Top-5 accuracy in percent, or None.
        recipe: Who trained it, and how.
        recipe_strict: Whether equal recipes are one recipe.
        epochs: Of the training, or None.
        train_res: Height and width of the images of the training, or None.
        pretrain: "none", or the larger data it saw first.
        from_scratch: Whether it has learned from `dataset` alone.
        distilled: Whether another network taught it.
        primary: Whether this is the one evaluation of its weights at the size of training.
        shared_weights: Not empty where another row has the same weights.
        params_m: Parameters as published, in millions, or None.
        built_params_m: Parameters as built, in millions.
    """

    loader: str
    family: str
    network: str
    dataset: str
    img_size: int | None
    top1: float | None
    top5: float | None
    recipe: str
    recipe_strict: bool
    epochs: int | None
    train_res: int | None
    pretrain: str
    from_scratch: bool
    distilled: bool
    primary: bool
    shared_weights: str
    params_m: float | None
    built_params_m: float

    @property
    def built(self) -> ZooNetwork:
        """What its graph is built from."""
        side = self.img_size or _SMALL_IMAGES.get(self.dataset)
        return ZooNetwork(self.loader, side, CLASSES[self.dataset])

    @property
    def is_comparable(self) -> bool:
        """Whether it is on ImageNet-1k, from scratch, primary, and of weights of its own."""
        on_imagenet = self.dataset == "imagenet-1k" and self.top1 is not None
        return on_imagenet and self.from_scratch and self.primary and not self.shared_weights


@dataclass(frozen=True, kw_only=True)
class ModelZoo(Benchmark):
    """The labelled table of real networks.

    Its networks are of many families and of no search space. The label is NaN where a row has
    none.

    Attributes:
        sha256: Of the table's file.
    """

    sha256: str

    @property
    def entries(self) -> tuple[ZooEntry, ...]:
        """The rows, in file order."""
        return tuple(self.architectures)

    @property
    def split(self) -> Split:
        """Comparable rows (see `ZooEntry.is_comparable`) for training and for the test."""
        rows = np.flatnonzero([entry.is_comparable for entry in self.entries])
        return Split(rows, rows[:0], rows)

    @cached_property
    def networks(self) -> tuple[ZooNetwork, ...]:
        """The networks of the rows, each once, in the order of their first rows."""
        return tuple(dict.fromkeys(entry.built for entry in self.entries))

    def graph_batch(self, progress: ProgressCallback = no_progress) -> tuple[GraphBatch, IntArray]:
        """Read the graphs from the cache; the first time they are built, which takes minutes.

        Args:
            progress: Told how many networks are built.

        Returns:
            The canonical graph of each network that can be built, and for each row the place of
            its graph, `(rows,)`, -1 where it cannot be built.

        Raises:
            BenchmarkError: What is kept cannot be read.
            CacheError: Graphs have to be built, and the cache cannot be written.
            MissingExtraError: Graphs have to be built, and the extra `zoo` is not installed.
        """
        batch = load_zoo_graphs(self.networks, self.sha256, progress)
        place = {name: index for index, name in enumerate(batch.names)}
        index = [place.get(entry.built.name, -1) for entry in self.entries]
        return batch, np.array(index, dtype=np.int64)

    def graphs(self, rows: Rows | None = None) -> Iterator[ComputationGraph]:
        """Yield the canonical graphs of the given rows, of all unless given.

        Raises:
            BenchmarkError: The network of a row cannot be built; says why.
        """
        batch, index = self.graph_batch()
        for row in range(len(self)) if rows is None else rows.tolist():
            if index[row] < 0:
                name = self.entries[row].built.name
                reason = failures(self.sha256).get(name, "it is not there")
                raise BenchmarkError(f"row {row} of {self.name}, {name}, has no graph: {reason}")
            yield batch.graph(int(index[row]))


def read_model_zoo(table: pa.Table, path: Path) -> ModelZoo:
    """Read the table of real networks.

    Args:
        table: Its rows.
        path: Its file.

    Raises:
        KeyError: A column is missing.
        ValueError: A row cannot be used; says which.
    """
    columns = [table[field.name].to_pylist() for field in fields(ZooEntry)]
    rows = zip(*columns, strict=True)
    entries = tuple(_entry(row, cells) for row, cells in enumerate(rows))
    top1 = [np.nan if entry.top1 is None else entry.top1 for entry in entries]
    return ModelZoo(
        name=MODEL_ZOO,
        space=None,
        architectures=entries,
        labels={"top1": np.array(top1, dtype=np.float64)},
        target="top1",
        sha256=sha256_of(path),
    )


def _entry(row: int, cells: tuple[Any, ...]) -> ZooEntry:
    """Check the cells of a row.

    Raises:
        ValueError: One of them is not what it must be.
    """
    values = {}
    for field, cell in zip(fields(ZooEntry), cells, strict=True):
        try:
            values[field.name] = _READ[field.type](cell)
        except ValueError as error:
            raise ValueError(f"{field.name} of row {row} is {cell!r}, {error}") from error
    entry = ZooEntry(**values)
    source, _, name = entry.loader.partition(":")
    if source not in LIBRARIES or not name:
        forms = ", ".join(f"{library}:NAME" for library in LIBRARIES)
        raise ValueError(f"loader of row {row} is {entry.loader!r}, none of {forms}")
    if entry.dataset not in CLASSES:
        raise ValueError(f"dataset of row {row} is {entry.dataset!r}, none of {', '.join(CLASSES)}")
    return entry


def _text(cell: Any) -> str:
    if not isinstance(cell, str):
        raise ValueError("no text")
    return cell


def _truth(cell: Any) -> bool:
    if not isinstance(cell, bool):
        raise ValueError("neither true nor false")
    return cell


def _number(cell: Any) -> float:
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 0 <= cell < np.inf:
        raise ValueError("no number of at least 0")
    return float(cell)


def _number_or_none(cell: Any) -> float | None:
    return None if cell is None or cell != cell else _number(cell)


def _count_or_none(cell: Any) -> int | None:
    number = _number_or_none(cell)
    if number is not None and (number < 1 or number != int(number)):
        raise ValueError("no whole number of at least 1")
    return None if number is None else int(number)


_READ: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    bool: _truth,
    float: _number,
    float | None: _number_or_none,
    int | None: _count_or_none,
}
"""How a cell is read for a field of each type."""
