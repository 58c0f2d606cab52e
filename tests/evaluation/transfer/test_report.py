from typing import Any

import pytest

from gennape.evaluation.transfer.report import (
    add_figures,
    add_metric,
    add_worst_columns,
    transfer_report,
)
from gennape.evaluation.transfer.results import TransferResults
from gennape.reports.markdown import MarkdownReport
from helpers.transfer_rows import ROWS

RESULTS = TransferResults(ROWS)
PROVENANCE: dict[str, Any] = {
    "command": "as typed",
    "quick": False,
    "seeds": [0],
    "draws": [0, 1],
    "date": "2026-11-28 21:16 UTC",
    "processors": 2,
    "seconds": 90.0,
    "versions": {"torch": "2.13"},
    "tables": [{"name": "nasbench301", "rows": 725, "judged": 300, "sha256": "ab12"}],
    "trainings": [
        {"name": "default", "seed": 0, "tables": ["nasbench101"], "rows": 6000, "seconds": 7500.0}
    ],
}


def _report(failures: dict[str, str] | None = None, **provenance: Any) -> str:
    about = PROVENANCE | provenance
    return transfer_report(RESULTS, about, failures or {}, lambda report: None).to_markdown()


def _table(add: Any, *arguments: Any) -> list[str]:
    """The lines of the table that is added to a report, but for its headings."""
    report = MarkdownReport("Title")
    add(report, *arguments)
    return report.to_markdown().split("\n\n")[1].splitlines()[2:]


def test_the_worst_column_comes_first() -> None:
    assert _table(add_figures, RESULTS) == [
        "| trained on NAS-Bench-101 only | 0 | 0.725 | 0.700 | NB-301 0.550 | 1 of 2, not NB-301 |",
        "| trained on NAS-Bench-101 only | 50 | 0.930 | 0.800 | NB-201 CIFAR-10 0.930 | 1 of 1 |",
    ]
    assert _table(add_worst_columns, RESULTS.of("nasbench101")) == [
        "| FLOPs | NB-301 | 0.500 | 0.650 |  |",
        "| parameters | NB-301 | 0.600 | 0.650 |  |",
        "| full estimator | NB-301 | 0.550 | 0.725 | 1 of 2 |",
    ]


def test_the_best_is_bold_and_only_estimators_are_judged() -> None:
    assert _table(add_metric, RESULTS.of("nasbench101"), "spearman") == [
        "| FLOPs | 0.800 | 0.500 | — |",
        "| parameters | 0.700 | **0.600** | — |",
        '| full estimator | <span class="good">**0.900**</span> | <span class="bad">0.550</span> '
        "| **-0.500** |",
    ]
    few = _table(add_metric, RESULTS.of("nasbench101", 50), "spearman")
    assert few[2] == '| full estimator | <span class="good">**0.930 ± 0.020**</span> |'


def test_less_regret_is_better() -> None:
    rows = _table(add_metric, RESULTS.of("nasbench101"), "regret")
    assert [row.split(" | ")[1] for row in rows] == ["0.200", "0.300", "**0.100**"]


@pytest.mark.parametrize("networks", [300, 1_725])
def test_networks_are_counted_as_they_were_read(networks: int) -> None:
    table = PROVENANCE["tables"][0] | {"judged": networks}
    report = _report(tables=[table])
    assert f"NB-301 here has {networks:,} networks with surrogate labels." in report
    assert "differ in part from ours." in _report(tables=[])


def test_what_failed_and_how_it_was_made() -> None:
    report = _report({"table nasbench301": "it does not exist"})
    assert "| table nasbench301 | it does not exist |" in report
    assert "```bash\nas typed\n```" in report
    assert "2 min on 2 processors" in report
    assert "| default | 0 | 2 h 05 min | 6,000 | nasbench101 |" in report
    assert "What failed" not in _report()
    assert "quick run" not in _report()
    assert "quick run" in _report(quick=True)


def test_every_metric_has_a_section_and_but_the_first_it_is_folded() -> None:
    report = _report()
    assert report.count("<details") == 7
    assert "\n### Spearman, zero-shot\n" in report.partition("<details")[0]
    for title in ("Kendall tau", "NDCG@10", "NDCG@50", "Regret of the ten highest scores"):
        assert f"<summary>{title}" in report
