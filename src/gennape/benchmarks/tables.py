"""One labelled family as architectures beside columns of labels."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from gennape import spaces
from gennape.benchmarks.nasbench101 import parse_cells
from gennape.benchmarks.nasbench201 import parse_strings
from gennape.graph import ComputationGraph
from gennape.spaces import SearchSpace

DATA_VARIABLE = "GENNAPE_DATA"
"""Environment variable that names the data folder."""


class BenchmarkError(ValueError):
    """A labelled table that cannot be read; the message says which and what to do."""


@dataclass(frozen=True)
class Benchmark:
    """A labelled family.

    Attributes:
        name: The table's name.
        space: The family its architectures belong to.
        architectures: One a row, in file order.
        labels: Columns of labels by name, each `(rows,)`, higher is better.
        target: Name of the label that estimators are judged on.
    """

    name: str
    space: SearchSpace[Any]
    architectures: Sequence[Any]
    labels: dict[str, npt.NDArray[np.float64]]
    target: str

    def __len__(self) -> int:
        return len(self.architectures)

    @property
    def accuracies(self) -> npt.NDArray[np.float64]:
        """The label that estimators are judged on, `(rows,)`."""
        return self.labels[self.target]

    def graphs(self, rows: npt.NDArray[np.int64] | None = None) -> Iterator[ComputationGraph]:
        """Graphs of the given rows, of all unless given, built one at a time."""
        chosen = range(len(self)) if rows is None else rows.tolist()
        return (self.space.graph(self.architectures[row]) for row in chosen)


@dataclass(frozen=True)
class _Table:
    file: str
    space: str
    read: Callable[[pa.Table, Any], list[Any]]
    labels: tuple[str, ...]
    sort_by: str | None = None


_TABLES = {
    "nasbench101": _Table(
        "nasbench101.parquet",
        "nasbench101",
        parse_cells,
        ("valid_accuracy_108", "valid_accuracy_36", "valid_accuracy_12", "valid_accuracy_4"),
        sort_by="module_hash",
    ),
    "nasbench201": _Table(
        "nasbench201.parquet",
        "nasbench201",
        parse_strings,
        (
            "cifar10_test_accuracy_200",
            "cifar100_test_accuracy_200",
            "imagenet16_120_test_accuracy_200",
        ),
    ),
}


def names() -> list[str]:
    """Names of the labelled tables."""
    return list(_TABLES)


def data_folder(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """The data folder: the argument, or else the environment variable `GENNAPE_DATA`.

    Raises:
        BenchmarkError: Neither is given, or the folder does not exist.
    """
    folder = data_dir or os.environ.get(DATA_VARIABLE)
    if not folder:
        raise BenchmarkError(
            f"no data folder is given; pass it or set the environment variable {DATA_VARIABLE}"
        )
    if not Path(folder).is_dir():
        raise BenchmarkError(f"the data folder {folder} does not exist")
    return Path(folder)


def load(name: str, data_dir: str | os.PathLike[str] | None = None) -> Benchmark:
    """Read a labelled table.

    Args:
        name: One of `names()`.
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.

    Raises:
        BenchmarkError: There is no such table, or its file is absent, broken or another one.
    """
    if name not in _TABLES:
        near = get_close_matches(name, _TABLES, n=3, cutoff=0.4) or names()
        raise BenchmarkError(f"no table is called {name!r}; did you mean {', '.join(near)}?")
    description = _TABLES[name]
    path = data_folder(data_dir) / description.file
    table = read_parquet(path)
    space = spaces.get(description.space)
    try:
        if description.sort_by:
            table = table.sort_by(description.sort_by)
        architectures = description.read(table, space)
        labels = {
            column: table[column].to_numpy().astype(np.float64) for column in description.labels
        }
    except (KeyError, ValueError) as error:
        raise BenchmarkError(f"{path} is no table of {name}: {error}") from error
    return Benchmark(name, space, architectures, labels, target=description.labels[0])


def read_parquet(path: Path) -> pa.Table:
    """A Parquet file as a table.

    Raises:
        BenchmarkError: The file is absent or no Parquet file.
    """
    if not path.is_file():
        raise BenchmarkError(f"{path} does not exist; is {path.parent} the data folder?")
    try:
        return pq.read_table(path)
    except pa.ArrowException as error:
        raise BenchmarkError(f"{path} is no readable Parquet file ({error})") from error
