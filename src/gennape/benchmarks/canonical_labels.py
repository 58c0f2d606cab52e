"""Canonical tables as benchmarks.

A label is the mean over all runs of one metric on one split that was not trained on. The
label to be judged on is an accuracy before any other metric, on the test set before
others, of the first dataset by name, of the longest training. Architectures without it
are left out, and so is every other label that one of the remaining architectures lacks: a
benchmark never holds a missing value. `read_mean_labels` gives all labels, gaps included.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gennape import spaces
from gennape.benchmarks.benchmark import Benchmark, BenchmarkError, Rows
from gennape.benchmarks.canonical import families_of
from gennape.spaces import ArchitectureError

Values = npt.NDArray[np.float64]

_LOWER_IS_BETTER = ("latency",)
_TRAINED_ON = "train"
_SPLITS = ("test", "validation")
_NO_EPOCHS = -1


class LabelName(NamedTuple):
    """The name of a column of labels."""

    dataset: str
    split: str
    metric: str
    epochs: int | None

    def __str__(self) -> str:
        epochs = "epoch" if self.epochs == 1 else "epochs"
        trained = "" if self.epochs is None else f", {self.epochs} {epochs}"
        return f"{self.dataset} {self.split} {self.metric}{trained}"


class MeanLabels(NamedTuple):
    """Labels of architectures, each the mean over its runs.

    Attributes:
        architectures: Their lines, in the order of their first rows.
        columns: `(architectures,)` each, NaN where an architecture has no such label;
            the label to be judged on is the first.
    """

    architectures: list[str]
    columns: dict[LabelName, Values]


def load_imported(path: Path, family: str | None = None) -> Benchmark:
    """Read one family of a canonical table.

    Args:
        path: The table.
        family: The family; the only one of the table unless given.

    Raises:
        BenchmarkError: The file is no canonical table, holds several families or not this
            one, or gennape has no such family.
    """
    if not path.is_file():
        raise BenchmarkError(f"{path} does not exist")
    families = families_of(path)
    if not families:
        raise BenchmarkError(f"{path} is no table that `gennape import` wrote, or has no rows")
    if family is None and len(families) > 1:
        raise BenchmarkError(
            f"{path} holds the families {', '.join(families)}; load one by its name from the "
            f"folder {path.parent}"
        )
    return _benchmark(path, family or families[0])


def find_imported(folder: Path, family: str) -> Path | None:
    """Return the canonical table of a folder that holds a family, if there is one.

    Raises:
        BenchmarkError: There are several, and none of them has the family's name.
    """
    found = [path for path in sorted(folder.glob("*.parquet")) if family in families_of(path)]
    own = folder / f"{family}.parquet"
    if own in found:
        return own
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise BenchmarkError(f"{folder} holds several tables of {family}: {names}; give a path")
    return found[0] if found else None


def read_mean_labels(path: Path, family: str) -> MeanLabels:
    """Read all labels of a family in a canonical table, missing ones as NaN."""
    numbers: dict[str, int] = {}
    found: dict[LabelName, list[tuple[Rows, Values]]] = {}
    for table in _row_groups(path, family):
        rows = _numbered(table["architecture"], numbers)
        for label, chosen in _labels(table):
            values = table["value"].to_numpy()[chosen]
            found.setdefault(label, []).append((rows[chosen], values))
    columns = {label: _mean(found[label], len(numbers)) for label in sorted(found, key=_rank)}
    return MeanLabels(list(numbers), columns)


def _benchmark(path: Path, family: str) -> Benchmark:
    try:
        space = spaces.get(family)
    except ArchitectureError as error:
        raise BenchmarkError(f"the networks of {path} cannot be built: {error}") from error
    lines, columns = read_mean_labels(path, family)
    labels = {
        str(label): values
        for label, values in columns.items()
        if label.metric not in _LOWER_IS_BETTER and label.split != _TRAINED_ON
    }
    if not labels:
        raise BenchmarkError(f"{path} has no labels of {family}")
    target = next(iter(labels))
    kept = ~np.isnan(labels[target])
    complete = {name: values[kept] for name, values in labels.items()}
    try:
        architectures = [space.parse(line) for line, keep in zip(lines, kept, strict=True) if keep]
    except ArchitectureError as error:
        raise BenchmarkError(f"{path} is no table of {family}: {error}") from error
    return Benchmark(
        family,
        space,
        architectures,
        {name: values for name, values in complete.items() if not np.isnan(values).any()},
        target,
    )


def _row_groups(path: Path, family: str) -> Iterator[pa.Table]:
    """Yield the rows of a family, one group of the file after another."""
    columns = ["family", "architecture", "value", *LabelName._fields]
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns).combine_chunks()
            yield table.filter(pc.equal(table["family"], family))


def _numbered(column: pa.ChunkedArray, numbers: dict[str, int]) -> Rows:
    """Return the numbers of the texts of a column; new ones get the next number."""
    indices, texts = _decoded(column)
    present, first = np.unique(indices, return_index=True)
    known = np.zeros(len(texts), dtype=np.int64)
    for index in present[np.argsort(first)]:
        known[index] = numbers.setdefault(texts[index], len(numbers))
    return known[indices]


def _labels(table: pa.Table) -> Iterator[tuple[LabelName, Rows]]:
    """Yield the labels of some rows, and the rows of each."""
    (datasets, splits, metrics), texts = zip(
        *(_decoded(table[name]) for name in LabelName._fields[:3]), strict=True
    )
    trained = table["epochs"].fill_null(_NO_EPOCHS).to_numpy()
    keys, which = np.unique(
        np.stack([datasets, splits, metrics, trained]), axis=1, return_inverse=True
    )
    for number, key in enumerate(keys.T):
        dataset, split, metric = (texts[i][index] for i, index in enumerate(key[:3]))
        epochs = None if key[3] == _NO_EPOCHS else int(key[3])
        yield LabelName(dataset, split, metric, epochs), np.flatnonzero(which.reshape(-1) == number)


def _decoded(column: pa.ChunkedArray) -> tuple[Rows, list[str]]:
    """Return a column of few different texts as indices into them."""
    if column.num_chunks == 0:
        return np.empty(0, dtype=np.int64), []
    array = column.combine_chunks()
    return array.indices.to_numpy().astype(np.int64), array.dictionary.to_pylist()


def _mean(parts: list[tuple[Rows, Values]], count: int) -> Values:
    rows = np.concatenate([rows for rows, _ in parts])
    runs = np.bincount(rows, minlength=count)
    sums = np.bincount(rows, np.concatenate([values for _, values in parts]), count)
    means = np.full(count, np.nan)
    np.divide(sums, runs, out=means, where=runs > 0)
    return means


def _rank(label: LabelName) -> tuple[object, ...]:
    return (
        label.metric != "accuracy",
        _SPLITS.index(label.split) if label.split in _SPLITS else len(_SPLITS),
        label.dataset.casefold(),
        label.metric,
        -(label.epochs or 0),
    )
