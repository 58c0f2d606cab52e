"""What the report says: the worst family first, plots, every table, and how it was made."""

from collections.abc import Sequence

from gennape.evaluation.transfer.cells import FEW
from gennape.evaluation.transfer.facts import Facts, duration
from gennape.evaluation.transfer.failures import Failure
from gennape.evaluation.transfer.methods import FULL
from gennape.evaluation.transfer.protocols import PROTOCOLS, Protocol
from gennape.evaluation.transfer.published import PUBLISHED
from gennape.evaluation.transfer.report.tables import (
    capitalised,
    metric_table,
    verdict,
    worst_table,
)
from gennape.evaluation.transfer.results import Results
from gennape.reports.document import (
    Block,
    Code,
    Document,
    Entry,
    Figure,
    Folded,
    Gallery,
    Heading,
    Paragraph,
    Table,
)

_METRIC_TITLES = {
    "spearman": "Spearman",
    "at_equal_size": "Spearman at equal size (partial, given log MACs)",
    "top_tenth": "Spearman in the top tenth of the family",
    "kendall_tau": "Kendall tau, ignoring pairs closer than 1e-4",
    "ndcg_10": "NDCG@10",
    "ndcg_50": "NDCG@50",
    "regret": "Regret of the ten highest scores, in the unit of the label",
}
_QUICK = (
    "This is a quick run, with fewer networks, methods and epochs: it shows that everything "
    "works, and its numbers are no results."
)
_FIRST_METRIC = "spearman"

Plots = Sequence[Figure | Gallery]


def document(results: Results, facts: Facts, failures: Sequence[Failure], plots: Plots) -> Document:
    """The whole report."""
    measured: list[Protocol] = [
        protocol
        for protocol in PROTOCOLS
        if any(record.protocol == protocol for record in results.records)
    ]
    blocks: list[Block] = [Heading("Transfer test", level=1)]
    if facts.quick:
        blocks.append(Paragraph(_QUICK))
    blocks += _summary(results, measured)
    blocks += _failed(failures)
    if "nasbench101" in measured:
        blocks += _published(results, facts)
    if plots:
        blocks += [Heading("Plots"), *plots]
    for protocol in measured:
        blocks += _protocol(results, protocol)
    return (*blocks, *_made(facts))


def _summary(results: Results, protocols: Sequence[Protocol]) -> list[Block]:
    blocks: list[Block] = [
        Paragraph(verdict(results, protocol, labels))
        for protocol in protocols
        for labels in (0, FEW)
    ]
    blocks.append(
        Paragraph(
            "Every column is one label of one family. An estimator that ranks a family no better "
            "than its FLOPs or parameters do adds nothing there. Columns called quick hold what "
            "networks reach in one pass over some of the training images: how they begin to "
            "learn, and not where they end. They are shown, and not counted here."
        )
    )
    for protocol in protocols:
        blocks += [
            Heading(f"Worst family first, zero-shot, {PROTOCOLS[protocol]}", level=3),
            worst_table(results, protocol, 0),
        ]
    return blocks


def _failed(failures: Sequence[Failure]) -> list[Block]:
    if not failures:
        return []
    entries = tuple((Entry(failure.part), Entry(failure.reason)) for failure in failures)
    return [Heading("What failed"), Table(("part", "why"), entries, numbers=False)]


def _protocol(results: Results, protocol: Protocol) -> list[Block]:
    blocks: list[Block] = [
        Heading(capitalised(PROTOCOLS[protocol])),
        Paragraph(
            "The best of a column is bold; in colour, green beats the better of FLOPs and "
            f"parameters and red does not. With {FEW} labels, mean ± standard deviation over the "
            "draws (and over the seeds of training where there are several), ranked on all the "
            "rest; every estimator is fine-tuned in the same closed form, sizes learn nothing from "
            "labels."
        ),
    ]
    for metric, title in _METRIC_TITLES.items():
        tables = _zero_and_few_shot(results, protocol, metric, title)
        blocks += tables if metric == _FIRST_METRIC else [Folded(title, tuple(tables))]
    return blocks


def _zero_and_few_shot(
    results: Results, protocol: Protocol, metric: str, title: str
) -> list[Block]:
    return [
        Heading(f"{title}, zero-shot", level=3),
        metric_table(results, protocol, 0, metric),
        Heading(f"{title}, {FEW} labels", level=3),
        metric_table(results, protocol, FEW, metric),
    ]


def _published(results: Results, facts: Facts) -> list[Block]:
    rows = []
    for entry in PUBLISHED:
        ours = results.value("nasbench101", FULL, entry.column, entry.labels, "spearman")
        if ours is not None:
            spread = f" ± {ours.deviation:.3f}" if ours.count > 1 else ""
            cells = (
                entry.column.title,
                str(entry.labels),
                entry.method,
                entry.text,
                f"{ours.mean:.3f}{spread}",
                entry.source,
            )
            rows.append(tuple(map(Entry, cells)))
    headings = ("column", "labels", "method", "published", "full estimator", "source")
    return [
        Heading("Beside published numbers"),
        Paragraph(
            "Spearman correlations of methods trained on NAS-Bench-101. Their samples and labels "
            f"differ in part from ours{_surrogate(facts)}."
        ),
        Table(headings, tuple(rows), numbers=False),
    ]


def _surrogate(facts: Facts) -> str:
    ranked = {table.name: table.judged for table in facts.tables}
    if "nasbench301" not in ranked:
        return ""
    return f"; NB-301 here has {ranked['nasbench301']:,} networks with surrogate labels"


def _made(facts: Facts) -> list[Block]:
    versions = ", ".join(f"{package} {number}" for package, number in facts.versions.items())
    about = {
        "ended": facts.date,
        "time in trainings and measurements": (
            f"{duration(facts.seconds)} on {facts.processors} processors"
        ),
        "seeds of training": ", ".join(map(str, facts.seeds)),
        "seeds of the labelled networks": ", ".join(map(str, facts.draws)),
        "versions": versions,
    }
    data = tuple(
        tuple(map(Entry, (table.name, f"{table.rows:,}", f"{table.judged:,}", table.sha256)))
        for table in facts.tables
    )
    trainings = tuple(
        tuple(
            map(
                Entry,
                (
                    run.name,
                    str(run.seed),
                    duration(run.seconds),
                    f"{run.rows:,}" if run.rows else "all",
                    ", ".join(run.tables),
                ),
            )
        )
        for run in facts.trainings
    )
    return [
        Heading("How this was made"),
        Code(facts.command),
        Table(("", ""), tuple((Entry(name), Entry(text)) for name, text in about.items()), False),
        Heading("Data", level=3),
        Table(("table", "rows", "ranked", "sha256"), data, numbers=False),
        Folded(
            "Trainings",
            (
                Table(
                    ("training", "seed", "time", "networks of each, at most", "learned from"),
                    trainings,
                    numbers=False,
                ),
            ),
        ),
    ]
