import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gennape.evaluation.metrics import Measures
from gennape.evaluation.transfer.cells import Measurement
from gennape.evaluation.transfer.protocols import COLUMNS
from gennape.evaluation.transfer.report.tables import metric_table, verdict, worst_table
from gennape.evaluation.transfer.results import Record, Results

MEASURES = Measures(0.5, 0.4, 0.9, 0.8, 0.1, 0.2, 0.03)
FIRST, SECOND = COLUMNS[1], COLUMNS[4]


def _record(method: str, column: int, spearman: float, labels: int = 0, draw: int = 0) -> Record:
    measures = replace(MEASURES, spearman=spearman, regret=1 - spearman)
    measurement = Measurement(labels, draw, 100, measures)
    return Record("nasbench101", method, 0, COLUMNS[column], measurement)


RESULTS = Results(
    [
        *(_record("flops", 1, 0.8), _record("parameters", 1, 0.7), _record("estimator", 1, 0.9)),
        *(_record("flops", 4, 0.5), _record("parameters", 4, 0.6), _record("estimator", 4, 0.55)),
        *(_record("flops", 1, 0.8, 50), _record("parameters", 1, 0.7, 50)),
        *(_record("estimator", 1, value, 50, draw) for draw, value in enumerate((0.91, 0.95))),
    ]
)


def test_means_and_deviations() -> None:
    value = RESULTS.value("nasbench101", "estimator", FIRST, 50, "spearman")
    assert value is not None
    assert (value.mean, value.deviation, value.count) == pytest.approx((0.93, 0.02, 2))
    assert RESULTS.value("nasbench101", "estimator", SECOND, 50, "spearman") is None
    assert RESULTS.floor("nasbench101", SECOND, 0) == 0.6


def test_the_worst_column_comes_first() -> None:
    assert verdict(RESULTS, "nasbench101", 0) == (
        "Trained on NAS-Bench-101 only, zero-shot: the full estimator's worst column is NB-301 "
        "(Spearman 0.550). It beats the better of FLOPs and parameters in 1 of 2 columns; "
        "not in NB-301."
    )
    assert "in all 1 columns" in verdict(RESULTS, "nasbench101", 50)
    assert "was not measured" in verdict(RESULTS, "leave-one-out", 0)
    rows = [[entry.text for entry in row] for row in worst_table(RESULTS, "nasbench101", 0).rows]
    assert rows == [
        ["FLOPs", "NB-301", "0.500", "0.650", ""],
        ["parameters", "NB-301", "0.600", "0.650", ""],
        ["full estimator", "NB-301", "0.550", "0.725", "1 of 2"],
    ]


def test_the_best_is_bold_and_only_estimators_are_judged() -> None:
    table = metric_table(RESULTS, "nasbench101", 0, "spearman")
    assert table.headings == ("", FIRST.title, SECOND.title)
    assert [[entry.strong for entry in row] for row in table.rows] == [
        [False, False, False],
        [False, False, True],
        [False, True, False],
    ]
    assert [[entry.tone for entry in row] for row in table.rows] == [
        ["", "", ""],
        ["", "", ""],
        ["", "good", "bad"],
    ]
    assert metric_table(RESULTS, "nasbench101", 0, "regret").rows[2][1].strong
    few = metric_table(RESULTS, "nasbench101", 50, "spearman").rows[2]
    assert [entry.text for entry in few] == ["full estimator", "0.930 ± 0.020"]


def test_every_measurement_is_written(tmp_path: Path) -> None:
    RESULTS.write(tmp_path, {"command": "as typed"})
    rows = pq.read_table(tmp_path / "results.parquet").to_pylist()
    assert rows == [record.plain() for record in RESULTS.records]
    assert rows[0]["table"] == "nasbench201"
    written = json.loads((tmp_path / "results.json").read_text())
    assert written["command"] == "as typed"
    few = next(
        entry
        for entry in written["results"]
        if entry["labels"] == 50 and entry["method"] == "estimator"
    )
    assert few["spearman"] == pytest.approx({"mean": 0.93, "deviation": 0.02})
