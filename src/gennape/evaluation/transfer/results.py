"""All that was measured, as one long table and as means."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gennape.evaluation.metrics import Measures
from gennape.evaluation.transfer.cells import Measurement
from gennape.evaluation.transfer.protocols import Column, Protocol
from gennape.utils.files import atomic_write

FLOOR = ("flops", "parameters")
"""The sizes that an estimator has to beat."""

METRICS = tuple(field.name for field in fields(Measures))


@dataclass(frozen=True)
class Record:
    """One measurement and what it belongs to.

    Attributes:
        protocol: What the method was trained on.
        method: Name of the method.
        seed: Of its training; 0 where it was not trained for the test.
        column: Label and table.
        measurement: What was measured.
    """

    protocol: Protocol
    method: str
    seed: int
    column: Column
    measurement: Measurement

    def plain(self) -> dict[str, Any]:
        """One flat row of plain values."""
        return {
            "protocol": self.protocol,
            "method": self.method,
            "seed": self.seed,
            "table": self.column.table,
            "label": self.column.label,
            "labels": self.measurement.labels,
            "draw": self.measurement.draw,
            "networks": self.measurement.networks,
            **asdict(self.measurement.measures),
        }


@dataclass(frozen=True)
class Value:
    """A metric over draws of labels and seeds of training.

    Attributes:
        mean: Its mean.
        deviation: Its standard deviation; 0 where there is one measurement.
        count: The number of measurements.
    """

    mean: float
    deviation: float
    count: int


_Key = tuple[Protocol, str, Column, int]


class Results:
    """The measurements of a test.

    Args:
        records: All of them.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = tuple(records)
        self._grouped: dict[_Key, list[Measures]] = {}
        for record in self.records:
            key = (record.protocol, record.method, record.column, record.measurement.labels)
            self._grouped.setdefault(key, []).append(record.measurement.measures)

    def value(
        self, protocol: Protocol, method: str, column: Column, labels: int, metric: str
    ) -> Value | None:
        """A metric of one method in one column; None where it was not measured."""
        measured = self._grouped.get((protocol, method, column, labels))
        if not measured:
            return None
        values = np.array([getattr(measures, metric) for measures in measured])
        return Value(float(values.mean()), float(values.std()), len(values))

    def floor(self, protocol: Protocol, column: Column, labels: int) -> float | None:
        """Spearman of the better of FLOPs and parameters: below it, an estimator adds nothing."""
        values = [self.value(protocol, size, column, labels, "spearman") for size in FLOOR]
        return max((value.mean for value in values if value), default=None)

    def means(self) -> list[dict[str, Any]]:
        """One entry a method, column and number of labels: mean and deviation of each metric."""
        entries = []
        for (protocol, method, column, labels), measured in self._grouped.items():
            entry: dict[str, Any] = {
                "protocol": protocol,
                "method": method,
                "table": column.table,
                "label": column.label,
                "labels": labels,
                "measurements": len(measured),
            }
            for metric in METRICS:
                values = [getattr(measures, metric) for measures in measured]
                entry[metric] = {"mean": float(np.mean(values)), "deviation": float(np.std(values))}
            entries.append(entry)
        return entries

    def write(self, folder: Path, facts: dict[str, Any]) -> None:
        """Write `results.parquet`, every measurement, and `results.json`, the means and `facts`."""
        table = pa.Table.from_pylist([record.plain() for record in self.records])
        atomic_write(folder / "results.parquet", lambda path: pq.write_table(table, path))
        text = json.dumps({**facts, "results": self.means()}, indent=1) + "\n"
        atomic_write(folder / "results.json", lambda path: path.write_text(text))
