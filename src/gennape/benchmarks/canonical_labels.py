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

from gennape import spaces
from gennape.benchmarks.benchmark import Benchmark, BenchmarkError, Rows
from gennape.benchmarks.canonical import READ_COLUMNS, families_of, first_places
from gennape.spaces import ArchitectureError
from gennape.utils.errors import plain, reading
from gennape.utils.parquet_file import decoded, open_parquet

Values = npt.NDArray[np.float64]

_LOWER_IS_BETTER = ("latency",)
_TRAINED_ON = "train"
_SPLITS = ("test", "validation")
_NO_EPOCHS = -1
_MOST_CELLS = 1 << 25
"""Labels of all networks: more are of no benchmark, and would fill the memory."""


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
        family: The family; the only one of the table unless given. A file imports no code:
            custom families have to be given.

    Raises:
        BenchmarkError: The file is no canonical table, holds several families or not this
            one, or gennape has no such family.
    """
    if not path.is_file():
        raise BenchmarkError(f"{path} does not exist; check the path")
    families = families_of(path)
    if not families:
        raise BenchmarkError(f"{path} is no table that `gennape import` wrote, or has no rows")
    if family is None and len(families) > 1:
        raise BenchmarkError(
            f"{path} holds the families {', '.join(families)}; load one by its name from the "
            f"folder {path.parent}"
        )
    if family is None and ":" in families[0]:
        raise BenchmarkError(
            f"{path} is of the family {plain(families[0])}, whose code a file may not run; if you "
            f"trust it, load the family by its name from the folder {path.parent}"
        )
    with reading(path, BenchmarkError, "a table of labels", "import it again"):
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
    for table in _batches(path, family):
        rows = _numbered(table["architecture"], numbers)
        values = _numbers(table, "value")
        for label, chosen in _labels(table):
            found.setdefault(label, []).append((rows[chosen], values[chosen]))
    if len(found) * len(numbers) > _MOST_CELLS:
        raise BenchmarkError(
            f"{path} has {len(found):,} labels of {len(numbers):,} networks; give a table of fewer"
        )
    columns = {label: _mean(found[label], len(numbers)) for label in sorted(found, key=_rank)}
    return MeanLabels(list(numbers), columns)


def _benchmark(path: Path, family: str) -> Benchmark:
    try:
        space = spaces.get(family)
    except ArchitectureError as error:
        raise BenchmarkError(f"{path} holds networks that cannot be built: {error}") from error
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


def _batches(path: Path, family: str) -> Iterator[pa.Table]:
    """Yield the rows of a family, some thousand rows of the file after another."""
    with open_parquet(path, BenchmarkError) as file:
        for batch in file.iter_batches(columns=list(READ_COLUMNS)):
            places, texts = decoded(pa.chunked_array([batch["family"]]))
            is_chosen = np.array([text == family for text in texts], dtype=bool)[places]
            yield pa.Table.from_batches([batch]).filter(pa.array(is_chosen))


def _numbered(column: pa.ChunkedArray, numbers: dict[str, int]) -> Rows:
    """Return the numbers of the texts of a column; new ones get the next number."""
    places, texts = decoded(column)
    known = np.zeros(len(texts), dtype=np.int64)
    for place in first_places(places):
        known[place] = numbers.setdefault(texts[place], len(numbers))
    return known[places]


def _labels(table: pa.Table) -> Iterator[tuple[LabelName, Rows]]:
    """Yield the labels of some rows, and the rows of each."""
    (datasets, splits, metrics), texts = zip(
        *(decoded(table[name]) for name in LabelName._fields[:3]), strict=True
    )
    trained = _numbers(table, "epochs", _NO_EPOCHS).astype(np.int64)
    keys, which = np.unique(
        np.stack([datasets, splits, metrics, trained]), axis=1, return_inverse=True
    )
    by_label = np.argsort(which.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(which.reshape(-1), minlength=keys.shape[1]))
    for key, chosen in zip(keys.T, np.split(by_label, ends[:-1]), strict=True):
        dataset, split, metric = (texts[i][place] for i, place in enumerate(key[:3]))
        epochs = None if key[3] == _NO_EPOCHS else int(key[3])
        yield LabelName(dataset, split, metric, epochs), chosen


def _numbers(table: pa.Table, column: str, missing: float = np.nan) -> Values:
    """Return a column of finite numbers, `(rows,)`; other tools keep whole ones as floats.

    Raises:
        ValueError: One of them is not finite, or is missing where nothing stands for that.
    """
    values: Values = table[column].cast(pa.float64()).fill_null(missing).to_numpy()
    values = np.where(np.isnan(values), missing, values)
    if not np.isfinite(values).all():
        raise ValueError(f"{column} is no finite number in some rows")
    return values


def _mean(parts: list[tuple[Rows, Values]], count: int) -> Values:
    rows = np.concatenate([rows for rows, _ in parts])
    runs = np.bincount(rows, minlength=count)
    sums = np.bincount(rows, np.concatenate([values for _, values in parts]), count)
    if not np.isfinite(sums).all():
        raise ValueError("the values of a network are too large to take their mean")
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
