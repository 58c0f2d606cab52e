"""Labelled networks from a file: a network and its measured accuracy in each row."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gennape import benchmarks
from gennape.frontends import graph_of
from gennape.graph import ComputationGraph
from gennape.utils.errors import GennapeError

COLUMNS = ("model", "accuracy")


class LabelFileError(GennapeError, ValueError):
    """A line of a label file that cannot be used; the message names file and line."""


@dataclass(frozen=True)
class LabelledGraphs:
    """Networks and what was measured of them.

    Attributes:
        graphs: One a network.
        accuracies: One a network, in the unit of the file.
    """

    graphs: tuple[ComputationGraph, ...]
    accuracies: tuple[float, ...]


def read_label_file(path: Path, input_shape: Sequence[int] | None = None) -> LabelledGraphs:
    """Read a table of labels, or a CSV file with the columns `model` and `accuracy`.

    Args:
        path: A Parquet file that `gennape label` or `gennape import` wrote; or the CSV file.
            Its models are anything `graph_of` reads; paths are relative to the working
            directory. Other columns are ignored.
        input_shape: Sizes of one input for networks that do not state them.

    Raises:
        LabelFileError: A column is missing, a network cannot be read or an accuracy is no
            number; names the line.
        BenchmarkError: The Parquet file is no such table.
    """
    if path.suffix == ".parquet":
        table = benchmarks.load(path)
        return LabelledGraphs(tuple(table.graphs()), tuple(table.accuracies.tolist()))
    try:
        return _read_csv(path, input_shape)
    except UnicodeDecodeError as error:
        raise LabelFileError(
            f"{path} is no UTF-8 text ({error.reason}); save it as UTF-8"
        ) from error


def _read_csv(path: Path, input_shape: Sequence[int] | None) -> LabelledGraphs:
    graphs: list[ComputationGraph] = []
    accuracies: list[float] = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (lines.fieldnames or ())]
        if missing:
            raise LabelFileError(
                f"{path} has no column {' and no column '.join(missing)}; "
                f"its first line must name the columns {' and '.join(COLUMNS)}"
            )
        for line in lines:
            try:
                accuracies.append(_accuracy(line))
                graphs.append(graph_of(line["model"] or "", input_shape))
            except ValueError as error:
                raise LabelFileError(f"{path}, line {lines.line_num}: {error}") from error
    return LabelledGraphs(tuple(graphs), tuple(accuracies))


def _accuracy(line: dict[str, str]) -> float:
    """What a line says; one with a decimal comma has a field too many."""
    if None in line:
        raise ValueError("it has more fields than the first line; write decimals with a point")
    text = line["accuracy"] or ""
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"the accuracy {text!r} is no number, such as 71.3") from None
