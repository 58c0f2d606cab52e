"""The report: the worst family first, plots, every table, and how it was made."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Literal

import numpy as np

from gennape.evaluation.transfer.protocols import COLUMNS, FULL, PROTOCOLS, SIZES, Protocol
from gennape.evaluation.transfer.published import PUBLISHED
from gennape.evaluation.transfer.results import FEW, MetricSummary, ProtocolResults, TransferResults
from gennape.reports.markdown import MarkdownReport, StyledCell
from gennape.reports.numbers import duration

_METRICS = {
    "spearman": "Spearman",
    "at_equal_size": "Spearman at equal size (partial, given log MACs)",
    "top_tenth": "Spearman in the top tenth of the family",
    "kendall_tau": "Kendall tau, ignoring pairs closer than 1e-4",
    "ndcg_10": "NDCG@10",
    "ndcg_50": "NDCG@50",
    "regret": "Regret of the ten highest scores, in the unit of the label",
}
_FIRST_METRIC, _LESS_IS_BETTER = "spearman", "regret"
_QUICK = (
    "This is a quick run, with fewer networks, methods and epochs: it shows that everything "
    "works, and its numbers are no results."
)
_COLUMNS = (
    "By size is the better of FLOPs and parameters in each column. Every column is one label of "
    "one family. An estimator that ranks a family no better "
    "than its FLOPs or parameters do adds nothing there. Columns called quick hold what "
    "networks reach in one pass over some of the training images: how they begin to "
    "learn, and not where they end. They are shown, and not counted here."
)
_TABLES = (
    "The best of a column is bold; in colour, green beats the better of FLOPs and "
    f"parameters and red does not. With {FEW} labels, mean ± standard deviation over the "
    "draws (and over the seeds of training where there are several), ranked on all the "
    "rest; every estimator is fine-tuned in the same closed form, sizes learn nothing from "
    "labels."
)


def transfer_report(
    results: TransferResults,
    provenance: Mapping[str, Any],
    failures: Mapping[str, str],
    add_plots: Callable[[MarkdownReport], None],
) -> MarkdownReport:
    """Write the whole report.

    Args:
        results: What was measured.
        provenance: How, see `run_provenance`.
        failures: What could not be done, and why.
        add_plots: Adds its plots to the report.
    """
    report = MarkdownReport("Transfer test")
    if provenance["quick"]:
        report.paragraph(_QUICK)
    add_figures(report, results)
    report.paragraph(_COLUMNS)
    for protocol in results.protocols:
        report.heading(f"Worst family first, zero-shot, {PROTOCOLS[protocol]}", level=3)
        add_worst_columns(report, results.of(protocol))
    if failures:
        report.heading("What failed")
        report.table(("part", "why"), list(failures.items()), numbers=False)
    if "nasbench101" in results.protocols:
        _add_published(report, results, provenance["tables"])
    add_plots(report)
    for protocol in results.protocols:
        _add_protocol(report, results, protocol)
    _add_provenance(report, provenance)
    return report


def add_figures(report: MarkdownReport, results: TransferResults) -> None:
    """Add what the full estimator reaches by each protocol, without and with labels, in a row."""
    rows = []
    for protocol in results.protocols:
        for labels in (0, FEW):
            found = results.of(protocol, labels)
            means = found.means(FULL)
            if not means:
                rows.append((PROTOCOLS[protocol], str(labels), "was not measured", "", "", ""))
                continue
            worst = min(means, key=lambda column: means[column])
            floors = [floor for column in means if (floor := found.baseline(column)) is not None]
            beaten = found.beaten(FULL)
            behind = ", ".join(column.title for column in means if column not in beaten)
            rows.append(
                (
                    PROTOCOLS[protocol],
                    str(labels),
                    f"{np.mean(list(means.values())):.3f}",
                    f"{np.mean(floors):.3f}" if floors else "",
                    f"{worst.title} {means[worst]:.3f}",
                    f"{len(beaten)} of {len(means)}{f', not {behind}' if behind else ''}",
                )
            )
    headings = ("full estimator", "labels", "mean Spearman", "by size", "worst", "beats size in")
    report.table(headings, rows)


def add_worst_columns(report: MarkdownReport, results: ProtocolResults) -> None:
    """Add each method's worst column, its mean, and in how many columns it beats size."""
    rows = []
    for method in results.methods:
        means = results.means(method.name)
        worst = min(means, key=lambda column: means[column])
        beaten = f"{len(results.beaten(method.name))} of {len(means)}"
        rows.append(
            (
                method.title,
                worst.title,
                f"{means[worst]:.3f}",
                f"{np.mean(list(means.values())):.3f}",
                "" if method.name in SIZES else beaten,
            )
        )
    headings = ("", "worst column", "its Spearman", "mean Spearman", "better than size")
    report.table(headings, rows)


def add_metric(report: MarkdownReport, results: ProtocolResults, metric: str) -> None:
    """Add a table of methods by columns; the best of a column is bold, estimators have a tone."""
    rows: list[list[str | StyledCell]] = [[method.title] for method in results.methods]
    for column in results.columns:
        found = [results.summary(method.name, column, metric) for method in results.methods]
        means = [round(summary.mean, 3) for summary in found if summary]
        best = (min if metric == _LESS_IS_BETTER else max)(means, default=None)
        baseline = results.baseline(column) if metric == _FIRST_METRIC else None
        for row, method, summary in zip(rows, results.methods, found, strict=True):
            row.append(_entry(summary, best, None if method.name in SIZES else baseline))
    report.table(("", *(column.title for column in results.columns)), rows)


def _entry(summary: MetricSummary | None, best: float | None, baseline: float | None) -> StyledCell:
    if summary is None:
        return StyledCell("—")
    tone: Literal["", "good", "bad"] = ""
    if baseline is not None:
        tone = "good" if summary.mean > baseline else "bad"
    return StyledCell(str(summary), round(summary.mean, 3) == best, tone)


def _add_protocol(report: MarkdownReport, results: TransferResults, protocol: Protocol) -> None:
    report.heading(_capitalised(PROTOCOLS[protocol]))
    report.paragraph(_TABLES)
    for metric, title in _METRICS.items():
        with nullcontext() if metric == _FIRST_METRIC else report.folded(title):
            for labels, given in ((0, "zero-shot"), (FEW, f"{FEW} labels")):
                report.heading(f"{title}, {given}", level=3)
                add_metric(report, results.of(protocol, labels), metric)


def _add_published(
    report: MarkdownReport, results: TransferResults, tables: Sequence[Mapping[str, Any]]
) -> None:
    columns = {column.title: column for column in COLUMNS}
    rows = []
    for title, labels, method, text, source in PUBLISHED:
        ours = results.of("nasbench101", labels).summary(FULL, columns[title])
        if ours:
            rows.append((title, str(labels), method, text, str(ours), source))
    surrogate = "".join(
        f"; NB-301 here has {table['judged']:,} networks with surrogate labels"
        for table in tables
        if table["name"] == "nasbench301"
    )
    report.heading("Beside published numbers")
    report.paragraph(
        "Spearman correlations of methods trained on NAS-Bench-101. Their samples and labels "
        f"differ in part from ours{surrogate}."
    )
    headings = ("column", "labels", "method", "published", "full estimator", "source")
    report.table(headings, rows, numbers=False)


def _add_provenance(report: MarkdownReport, provenance: Mapping[str, Any]) -> None:
    time = f"{duration(provenance['seconds'])} on {provenance['processors']} processors"
    versions = ", ".join(f"{name} {number}" for name, number in provenance["versions"].items())
    about = (
        ("ended", provenance["date"]),
        ("time in trainings and measurements", time),
        ("seeds of training", ", ".join(map(str, provenance["seeds"]))),
        ("seeds of the labelled networks", ", ".join(map(str, provenance["draws"]))),
        ("versions", versions),
    )
    tables = [
        (table["name"], f"{table['rows']:,}", f"{table['judged']:,}", table["sha256"])
        for table in provenance["tables"]
    ]
    trainings = [
        (
            run["name"],
            str(run["seed"]),
            duration(run["seconds"]),
            f"{run['rows']:,}",
            ", ".join(run["tables"]),
        )
        for run in provenance["trainings"]
    ]
    report.heading("How this was made")
    report.command(provenance["command"])
    report.table(("", ""), about, numbers=False)
    report.heading("Data", level=3)
    report.table(("table", "rows", "ranked", "sha256"), tables, numbers=False)
    with report.folded("Trainings"):
        headings = ("training", "seed", "time", "networks of each, at most", "learned from")
        report.table(headings, trainings, numbers=False)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
