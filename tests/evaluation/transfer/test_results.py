import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gennape.evaluation.transfer.protocols import COLUMNS
from gennape.evaluation.transfer.results import MetricSummary, TransferResults
from helpers.transfer_rows import ROWS

RESULTS = TransferResults(ROWS)
FIRST, SECOND = COLUMNS[1], COLUMNS[4]


def test_means_and_deviations() -> None:
    summary = RESULTS.of("nasbench101", 50).summary("estimator", FIRST)
    assert summary is not None
    assert (summary.mean, summary.deviation) == pytest.approx((0.93, 0.02))
    assert str(summary) == "0.930 ± 0.020"
    assert str(MetricSummary((0.5,))) == "0.500"
    assert RESULTS.of("nasbench101", 50).summary("estimator", SECOND) is None


def test_the_baseline_is_the_better_size() -> None:
    results = RESULTS.of("nasbench101")
    assert results.baseline(SECOND) == 0.6
    assert results.beaten("estimator") == [FIRST]
    assert results.beaten("flops") == []


def test_what_was_measured() -> None:
    results = RESULTS.of("nasbench101")
    assert RESULTS.protocols == ["nasbench101"]
    assert results.columns == [FIRST, SECOND, COLUMNS[-1]]
    assert [method.name for method in results.methods] == ["flops", "parameters", "estimator"]
    assert not RESULTS.of("leave-one-out").measured


def test_short_trainings_are_not_counted() -> None:
    results = RESULTS.of("nasbench101")
    assert results.summary("estimator", COLUMNS[-1]) is not None
    assert results.means("estimator") == {FIRST: 0.9, SECOND: 0.55}


def test_every_measurement_is_written(tmp_path: Path) -> None:
    RESULTS.write(tmp_path, {"command": "as typed"})
    assert pq.read_table(tmp_path / "results.parquet").to_pylist() == ROWS
    written = json.loads((tmp_path / "results.json").read_text())
    assert written["command"] == "as typed"
    few = next(
        entry
        for entry in written["results"]
        if entry["labels"] == 50 and entry["method"] == "estimator"
    )
    assert few["measurements"] == 2
    assert few["spearman"] == pytest.approx({"mean": 0.93, "deviation": 0.02})
