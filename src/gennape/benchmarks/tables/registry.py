"""Labelled tables by name, and how they are found and read."""

import os
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gennape import spaces
from gennape.benchmarks.benchmark import Benchmark, BenchmarkError
from gennape.benchmarks.canonical import families_of
from gennape.benchmarks.canonical_labels import find_imported, load_imported
from gennape.benchmarks.labelled_table import LabelledTable, texts
from gennape.benchmarks.model_zoo import MODEL_ZOO, MODEL_ZOO_FILE, read_model_zoo
from gennape.benchmarks.tables import (
    accel_nasbench,
    metaqnn,
    nasbench101,
    nasbench201,
    nasbench301,
    nasbench_mr,
    ofa_mobilenetv3,
    transnas,
    vitbench_pit,
)
from gennape.utils.errors import plain, reading
from gennape.utils.parquet_file import open_parquet

DATA_VARIABLE = "GENNAPE_DATA"
"""Environment variable that names the data folder."""

_TABLES: dict[str, LabelledTable] = {
    **nasbench101.TABLES,
    **nasbench201.TABLES,
    **nasbench301.TABLES,
    **ofa_mobilenetv3.TABLES,
    **accel_nasbench.TABLES,
    **transnas.TABLES,
    **nasbench_mr.TABLES,
    **metaqnn.TABLES,
    **vitbench_pit.TABLES,
}
_FILES = {name: table.file for name, table in _TABLES.items()} | {MODEL_ZOO: MODEL_ZOO_FILE}

BUNDLED = ("hiaml", "inception", "two_path")
"""Families whose labels are the project's own measurements and come with the package."""

_BUNDLED_LABELS = Path(str(files("gennape.benchmarks") / "cifar10_quick" / "labels.parquet"))


def names() -> list[str]:
    """Return the names of the families with a table in a data folder.

    Those of `BUNDLED` need no folder, and `MODEL_ZOO` is of no family; both can be loaded too.
    """
    return list(_TABLES)


def data_folder(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the data folder: the argument, or else the environment variable `GENNAPE_DATA`.

    Raises:
        BenchmarkError: Neither is given, or the folder does not exist.
    """
    folder = data_dir or os.environ.get(DATA_VARIABLE)
    if not folder:
        raise BenchmarkError(
            "no data folder is given; pass it (--data) or set the environment variable "
            f"{DATA_VARIABLE}"
        )
    if not Path(folder).is_dir():
        raise BenchmarkError(f"the data folder {folder} does not exist")
    return Path(folder)


def load(name: str | os.PathLike[str], data_dir: str | os.PathLike[str] | None = None) -> Benchmark:
    """Read a labelled table.

    Args:
        name: One of `names()` or `BUNDLED`; `MODEL_ZOO`, which gives a `ModelZoo`; a family,
            where the folder holds no table of that name but one that `import_official` wrote;
            or the path of such a table.
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.

    Raises:
        BenchmarkError: There is no such table, or its file is absent, broken or another one.
    """
    if not isinstance(name, str) or name.endswith(".parquet"):
        return load_imported(Path(name))
    path = locate(name, data_dir)
    return load_imported(path, name) if families_of(path) else _load_table(name, path)


def locate(name: str, data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the file of a labelled table; one of the data folder before one of the package.

    Args:
        name: One of `names()` or `BUNDLED`, `MODEL_ZOO`, or a family, perhaps
            `package.module:Class`.
        data_dir: As `load` takes it.

    Raises:
        BenchmarkError: There is no such table.
    """
    if name not in [*_FILES, *spaces.names()] and ":" not in name:
        near = get_close_matches(name, [*_FILES, *BUNDLED], n=3, cutoff=0.4) or names()
        raise BenchmarkError(f"no table is called {name!r}; did you mean {', '.join(near)}?")
    if name in BUNDLED and not (data_dir or os.environ.get(DATA_VARIABLE)):
        return _BUNDLED_LABELS
    folder = data_folder(data_dir)
    own = folder / _FILES[name] if name in _FILES else None
    if own and own.is_file() and not families_of(own):
        return own
    if imported := find_imported(folder, name):
        return imported
    if name in BUNDLED:
        return _BUNDLED_LABELS
    if own is None:
        raise BenchmarkError(f"{folder} holds no table of {name}; `gennape import` makes some")
    return own


def _load_table(name: str, path: Path) -> Benchmark:
    """Read a table of the data folder."""
    table = read_parquet(path)
    with reading(path, BenchmarkError, f"a table of {name}", "get the table again"):
        try:
            return read_model_zoo(table, path) if name == MODEL_ZOO else _family_table(name, table)
        except (LookupError, TypeError, ValueError) as error:
            raise BenchmarkError(f"{path} is no table of {name}: {plain(str(error))}") from error


def _family_table(name: str, table: pa.Table) -> Benchmark:
    """Read the table of a family."""
    description = _TABLES[name]
    space = spaces.get(description.space)
    if description.sort_by:
        keys = pa.array(texts(table, description.sort_by))
        table = table.take(pc.sort_indices(keys))
    architectures = description.read(table, space)
    labels = {column: _label(table, column) for column in description.labels}
    return Benchmark(
        name, space, architectures, labels, description.labels[0], description.split_rows
    )


def _label(table: pa.Table, column: str) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = table[column].to_numpy().astype(np.float64)
    if np.isinf(values).any():
        raise ValueError(f"{column} is infinite in some rows")
    return values


def read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file as a table.

    Raises:
        BenchmarkError: The file is absent or no Parquet file.
    """
    if not path.is_file():
        raise BenchmarkError(f"{path} does not exist; is {path.parent} the data folder?")
    with open_parquet(path, BenchmarkError) as file:
        return file.read()
