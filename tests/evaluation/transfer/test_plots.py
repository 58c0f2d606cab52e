import re
import sys
from pathlib import Path

import pytest

from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.plots import _COUNTS, _CURVES, add_plots, require_plotting
from gennape.evaluation.transfer.protocols import COLUMNS
from gennape.evaluation.transfer.results import TransferResults
from gennape.reports.markdown import MarkdownReport
from gennape.utils.optional_imports import MissingExtraError
from helpers.tiny_tables import tiny_estimator
from helpers.transfer_rows import ROWS

RESULTS = TransferResults(ROWS)


def test_plots_of_what_was_measured_and_can_be_read(tiny_data: Path) -> None:
    report = MarkdownReport("Title")
    tables = {name: EvalTable.read(name, tiny_data, 60) for name in ("nasbench101", "nasbench201")}
    add_plots(report, RESULTS, tiny_estimator(), tables)
    curves = [f"labels-{re.sub(r'[^a-z0-9_]+', '-', f'{c.table}-{c.label}')}" for c in COLUMNS]
    assert list(report.plots) == [
        *("correlations-nasbench101", "labels-legend", curves[1], curves[4], curves[-1]),
        "prediction-nasbench201-cifar10_test_accuracy_200",
        *("embedding-map", "membership-map"),
    ]
    assert all(svg.startswith("<?xml") for svg in report.plots.values())
    assert "nasbench101-valid" not in report.to_markdown()


def test_points_are_means_by_number_of_labels() -> None:
    full, _, _, flan = _CURVES
    rows = [row | {"labels": 8} for row in ROWS if row["method"] == "estimator"]
    results = TransferResults([*ROWS, *rows])
    points = full.points(results, COLUMNS[1])
    assert points[:, 0].tolist() == [0, _COUNTS.index(8)]
    assert points[0].tolist() == [0, 0.9, 0]
    assert points[1, 1] == pytest.approx((0.9 + 0.91 + 0.95) / 3)
    assert flan.points(results, COLUMNS[1])[0].tolist() == [_COUNTS.index(8), 0.826, 0]
    assert not len(flan.points(results, COLUMNS[0]))


@pytest.mark.parametrize("library", ["matplotlib", "sklearn"])
def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"gennape\[plot\]"):
        require_plotting()
