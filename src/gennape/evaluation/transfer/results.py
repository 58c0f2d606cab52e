"""All measurements of a test as one long table, and their means."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gennape.evaluation.metrics import METRICS
from gennape.evaluation.transfer.protocols import (
    COLUMNS,
    METHODS,
    Column,
    Protocol,
    RankingMethod,
)
from gennape.utils.files import atomic_write

FEW = 50
"""Labels of the few-shot tables."""

LABEL_COUNTS = (8, 16, 32, FEW, 64, 128)
"""Numbers of labels that are learned from."""

BASELINES = ("flops", "parameters")
"""The sizes that an estimator has to beat."""

_GROUP = ("protocol", "method", "table", "label", "labels")


@dataclass(frozen=True)
class MetricSummary:
    """Mean and standard deviation of a metric over draws of labels and seeds of training."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean."""
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        """The standard deviation; 0 where there is one measurement."""
        return float(np.std(self.values))

    def __str__(self) -> str:
        return f"{self.mean:.3f}" + (f" ± {self.deviation:.3f}" if len(self.values) > 1 else "")


@dataclass(frozen=True)
class ProtocolResults:
    """Measurements under one protocol after one number of labels.

    Attributes:
        protocol: The protocol.
        labels: The number of labels.
        measured: Measurements by name of method and by column.
    """

    protocol: Protocol
    labels: int
    measured: dict[tuple[str, Column], list[dict[str, Any]]]

    @cached_property
    def columns(self) -> list[Column]:
        """The columns in which something was measured."""
        found = {column for _, column in self.measured}
        return [column for column in COLUMNS if column in found]

    @cached_property
    def methods(self) -> list[RankingMethod]:
        """The methods that were measured in a column that summaries count."""
        return [method for method in METHODS[self.protocol] if self.means(method.name)]

    def summary(
        self, method: str, column: Column, metric: str = "spearman"
    ) -> MetricSummary | None:
        """Return a metric of one method in one column; None where it was not measured."""
        rows = self.measured.get((method, column))
        return MetricSummary(tuple(row[metric] for row in rows)) if rows else None

    def baseline(self, column: Column) -> float | None:
        """Return Spearman of the better of FLOPs and parameters, which an estimator has to beat."""
        found = [self.summary(size, column) for size in BASELINES]
        return max((summary.mean for summary in found if summary), default=None)

    def means(self, method: str) -> dict[Column, float]:
        """Return a method's mean Spearman in each column that summaries count."""
        counted = [column for column in self.columns if not column.is_brief]
        found = {column: self.summary(method, column) for column in counted}
        return {column: summary.mean for column, summary in found.items() if summary}

    def beaten(self, method: str) -> list[Column]:
        """Return the columns of `means` in which a method is above the baseline, or alone."""
        means = self.means(method)
        floors = {column: self.baseline(column) for column in means}
        return [
            column for column in means if (floor := floors[column]) is None or means[column] > floor
        ]


class TransferResults:
    """The measurements of a test.

    Args:
        rows: All of them as plain values: "protocol", "method", "seed" (of its training, 0
            where it was not trained for the test), "table", "label", and those of `measure`.
    """

    def __init__(self, rows: Iterable[dict[str, Any]] = ()) -> None:
        self.rows = list(rows)
        self._grouped: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in self.rows:
            self._grouped.setdefault(tuple(row[name] for name in _GROUP), []).append(row)

    @property
    def protocols(self) -> list[Protocol]:
        """The protocols under which something was measured."""
        return [protocol for protocol in METHODS if self.of(protocol).measured]

    def of(self, protocol: Protocol, labels: int = 0) -> ProtocolResults:
        """Return the measurements under one protocol after one number of labels."""
        columns = {(column.table, column.label): column for column in COLUMNS}
        measured = {
            (method, columns[table, label]): rows
            for (of, method, table, label, count), rows in self._grouped.items()
            if of == protocol and count == labels
        }
        return ProtocolResults(protocol, labels, measured)

    def write(self, folder: Path, provenance: dict[str, Any]) -> None:
        """Write `results.parquet`, every measurement, and `results.json`, means and provenance."""
        means = []
        for group, rows in self._grouped.items():
            entry = dict(zip(_GROUP, group, strict=True)) | {"measurements": len(rows)}
            for metric in METRICS:
                summary = MetricSummary(tuple(row[metric] for row in rows))
                entry[metric] = {"mean": summary.mean, "deviation": summary.deviation}
            means.append(entry)
        table = pa.Table.from_pylist(self.rows)
        atomic_write(folder / "results.parquet", lambda path: pq.write_table(table, path))
        text = json.dumps({**provenance, "results": means}, indent=1) + "\n"
        atomic_write(folder / "results.json", lambda path: path.write_text(text, encoding="utf-8"))
