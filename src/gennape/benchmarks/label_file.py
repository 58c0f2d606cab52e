"""Labelled networks from a file: a network and its measured accuracy in each row."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa

from gennape.benchmarks.canonical import families_of
from gennape.benchmarks.canonical_labels import load_imported
from gennape.frontends import graph_of
from gennape.frontends.names_in_files import check_name
from gennape.graph import ComputationGraph
from gennape.utils.errors import GennapeError, one_line, plain, reading
from gennape.utils.files import read_text
from gennape.utils.parquet_file import decoded, open_parquet

COLUMNS = ("model", "accuracy")
_WHAT = "a table of labels"
_CURE = "give a CSV or Parquet file with the columns model and accuracy"


class LabelFileError(GennapeError, ValueError):
    """A label file that cannot be used; the message names the file and the line."""


@dataclass(frozen=True)
class LabelledGraphs:
    """Networks and what was measured of them.

    Attributes:
        graphs: One a network.
        accuracies: One a network, in the unit of the file.
    """

    graphs: tuple[ComputationGraph, ...]
    accuracies: tuple[float, ...]


def read_label_file(
    path: Path,
    input_shape: Sequence[int] | None = None,
    trusted: Collection[str] = (),
    *,
    inputs: Any = None,
) -> LabelledGraphs:
    """Read a table of labels, CSV or Parquet, with the columns `model` and `accuracy`.

    A Parquet file may also be a table that `gennape label` or `gennape import` wrote.

    Args:
        path: The file. Its models are anything `graph_of` reads, but for code that is not
            trusted; paths are relative to the working directory. Other columns are ignored.
        input_shape: Sizes of one input for networks that do not state them.
        trusted: Modules of one's own that the file may name, see `check_name`.
        inputs: Instead of `input_shape`, all inputs; see `graph_of`.

    Raises:
        LabelFileError: A column is missing, a network cannot be read or an accuracy is no
            finite number; names the line, or the row from 0.
        BenchmarkError: A table that `gennape import` wrote cannot be used.
    """
    read = partial(graph_of, input_shape=input_shape, inputs=inputs)
    if path.suffix.lower() != ".parquet":
        text = read_text(path, LabelFileError)
        with reading(path, LabelFileError, _WHAT, _CURE):
            return _labelled(path, _csv_rows(path, text), trusted, read)
    with reading(path, LabelFileError, _WHAT, _CURE):
        if families := families_of(path):
            for family in families:
                check_name(family, trusted)
            table = load_imported(path, families[0] if len(families) == 1 else None)
            return LabelledGraphs(tuple(table.graphs()), tuple(table.accuracies.tolist()))
        return _labelled(path, _parquet_rows(path), trusted, read)


def _labelled(
    path: Path,
    rows: Iterable[tuple[str, Any, Any]],
    trusted: Collection[str],
    read: Callable[[str], ComputationGraph],
) -> LabelledGraphs:
    """Read the networks and accuracies of rows, each with what it is called."""
    graphs: list[ComputationGraph] = []
    accuracies: list[float] = []
    for place, model, accuracy in rows:
        try:
            accuracies.append(_accuracy(accuracy))
            graphs.append(read(check_name(model or "", trusted)))
        except (GennapeError, OSError, ValueError) as error:
            raise LabelFileError(f"{path}, {place}: {one_line(error)}") from error
    return LabelledGraphs(tuple(graphs), tuple(accuracies))


def _csv_rows(path: Path, text: str) -> Iterator[tuple[str, Any, Any]]:
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_columns(path, lines.fieldnames or (), "name in its first line, with commas between,")
        for line in lines:
            if None in line:
                raise LabelFileError(
                    f"{path}, line {lines.line_num}: it has more fields than the first line; "
                    "write decimals with a point"
                )
            yield f"line {lines.line_num}", line["model"], line["accuracy"]
    except csv.Error as error:
        raise LabelFileError(
            f"{path}, line {lines.line_num}: it is no CSV ({error}); write it again"
        ) from error


def _parquet_rows(path: Path) -> Iterator[tuple[str, Any, Any]]:
    number = 0
    with open_parquet(path, LabelFileError) as file:
        _check_columns(path, file.schema_arrow.names, "write it with")
        for batch in file.iter_batches(columns=list(COLUMNS)):
            places, models = decoded(pa.chunked_array([batch["model"]]))
            for place, accuracy in zip(places, batch["accuracy"].to_pylist(), strict=True):
                yield f"row {number}", models[place], accuracy
                number += 1


def _check_columns(path: Path, names: Sequence[str], cure: str) -> None:
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise LabelFileError(
            f"{path} has no column {' and no column '.join(missing)}; "
            f"{cure} the columns {' and '.join(COLUMNS)}"
        )


def _accuracy(value: Any) -> float:
    """Return what a row says, as a number or as its text."""
    if value is None or value == "":
        raise ValueError("it has no accuracy; write one, or leave the row out")
    try:
        accuracy = float("nan" if isinstance(value, bool) else value)
    except (TypeError, ValueError, OverflowError):
        accuracy = float("nan")
    if not isfinite(accuracy):
        raise ValueError(
            f"the accuracy {plain(repr(value))} is no finite number, such as 71.3; write decimals "
            "with a point"
        )
    return accuracy
