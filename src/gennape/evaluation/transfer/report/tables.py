"""The report's tables of methods and families, and what they come to in a sentence."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from gennape.evaluation.transfer.methods import FULL, METHODS, Method, Size
from gennape.evaluation.transfer.protocols import COLUMNS, PROTOCOLS, Column, Protocol
from gennape.evaluation.transfer.results import Results, Value
from gennape.reports.document import Entry, Table

_LESS_IS_BETTER = "regret"


def metric_table(results: Results, protocol: Protocol, labels: int, metric: str) -> Table:
    """Methods by columns, for one metric."""
    columns = measured_columns(results, protocol, labels)
    methods = _methods(results, protocol, labels)
    rows = [[Entry(method.title)] for method in methods]
    for column in columns:
        values = [
            results.value(protocol, method.name, column, labels, metric) for method in methods
        ]
        best = _best([value.mean for value in values if value], metric)
        for row, method, value in zip(rows, methods, values, strict=True):
            is_judged = metric == "spearman" and not isinstance(method, Size)
            floor = results.floor(protocol, column, labels) if is_judged else None
            row.append(_entry(value, best, floor))
    return Table(("", *(column.title for column in columns)), tuple(map(tuple, rows)))


def worst_table(results: Results, protocol: Protocol, labels: int) -> Table:
    """Each method's worst column, its mean, and in how many columns it beats size."""
    rows = []
    for method in _methods(results, protocol, labels):
        values = _spearman(results, protocol, method.name, labels)
        worst = min(values, key=lambda column: values[column])
        beaten = [
            column for column in values if _beats_size(results, protocol, column, labels, values)
        ]
        rows.append(
            (
                Entry(method.title),
                Entry(worst.title),
                Entry(f"{values[worst]:.3f}"),
                Entry(f"{np.mean(list(values.values())):.3f}"),
                Entry("" if isinstance(method, Size) else f"{len(beaten)} of {len(values)}"),
            )
        )
    headings = ("", "worst column", "its Spearman", "mean Spearman", "better than size")
    return Table(headings, tuple(rows))


def verdict(results: Results, protocol: Protocol, labels: int) -> str:
    """What the full estimator comes to, in two sentences; the worst column first."""
    given = f"with {labels} labels" if labels else "zero-shot"
    begin = f"{capitalised(PROTOCOLS[protocol])}, {given}:"
    values = _spearman(results, protocol, FULL, labels)
    if not values:
        return f"{begin} the full estimator was not measured."
    worst = min(values, key=lambda column: values[column])
    behind = [
        column.title
        for column in values
        if not _beats_size(results, protocol, column, labels, values)
    ]
    comparison = (
        f"It beats the better of FLOPs and parameters in {len(values) - len(behind)} of "
        f"{len(values)} columns; not in {', '.join(behind)}."
        if behind
        else f"It beats the better of FLOPs and parameters in all {len(values)} columns."
    )
    return (
        f"{begin} the full estimator's worst column is {worst.title} "
        f"(Spearman {values[worst]:.3f}). {comparison}"
    )


def capitalised(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def measured_columns(results: Results, protocol: Protocol, labels: int) -> list[Column]:
    """The columns in which something was measured."""
    found = {
        record.column
        for record in results.records
        if record.protocol == protocol and record.measurement.labels == labels
    }
    return [column for column in COLUMNS if column in found]


def _methods(results: Results, protocol: Protocol, labels: int) -> list[Method]:
    """The methods that were measured."""
    return [
        method for method in METHODS[protocol] if _spearman(results, protocol, method.name, labels)
    ]


def _spearman(
    results: Results, protocol: Protocol, method: str, labels: int
) -> dict[Column, float]:
    """Mean Spearman correlation of a method by column, those that summaries count."""
    values = {
        column: results.value(protocol, method, column, labels, "spearman")
        for column in COLUMNS
        if not column.is_brief
    }
    return {column: value.mean for column, value in values.items() if value}


def _beats_size(
    results: Results,
    protocol: Protocol,
    column: Column,
    labels: int,
    values: dict[Column, float],
) -> bool:
    floor = results.floor(protocol, column, labels)
    return floor is None or values[column] > floor


def _best(means: Sequence[float], metric: str) -> float | None:
    """The best of a column, as it is printed."""
    if not means:
        return None
    return round(min(means) if metric == _LESS_IS_BETTER else max(means), 3)


def _entry(value: Value | None, best: float | None, floor: float | None) -> Entry:
    if value is None:
        return Entry("—")
    spread = f" ± {value.deviation:.3f}" if value.count > 1 else ""
    tone: Literal["", "good", "bad"] = ""
    if floor is not None:
        tone = "good" if value.mean > floor else "bad"
    return Entry(f"{value.mean:.3f}{spread}", round(value.mean, 3) == best, tone)
