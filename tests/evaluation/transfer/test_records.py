from pathlib import Path
from typing import Any

import pytest

from gennape.evaluation.metrics import METRICS
from gennape.evaluation.transfer.records import kept_records
from gennape.utils.workspace import Workspace, WorkspaceError

ROW: dict[str, Any] = {"labels": 0, "draw": 0, "networks": 60} | dict.fromkeys(METRICS, 0.5)
MEASURED: dict[str, Any] = {"key": "a", "seconds": 1.5, "value": [ROW, ROW]}
TRAINED: dict[str, Any] = {"key": "b-seed0", "seconds": 0.0, "value": None}


def _kept(folder: Path, *records: Any) -> dict[str, dict[str, Any]]:
    with Workspace(folder, {}, "records.jsonl") as workspace:
        for record in records:
            workspace.append(record)
    with Workspace(folder, {}, "records.jsonl") as workspace:
        return kept_records(workspace)


def test_the_last_record_of_a_key_counts(tmp_path: Path) -> None:
    later = MEASURED | {"seconds": 2.0}
    assert _kept(tmp_path, MEASURED, TRAINED, later) == {"a": later, "b-seed0": TRAINED}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (5, "no object with named values"),
        ({}, "missing"),
        (MEASURED | {"more": 1}, "more: unknown"),
        (MEASURED | {"key": 5}, "key is 5, not printable text"),
        (MEASURED | {"seconds": float("nan")}, "seconds is nan, not a number from 0"),
        (MEASURED | {"value": None}, "or a measurement has not"),
        (TRAINED | {"value": [ROW]}, "a training has measured something"),
        (MEASURED | {"value": []}, "value has 0 entries, not from 1"),
        (MEASURED | {"value": 5}, "value is 5, not a list"),
        (MEASURED | {"value": [[]]}, "no object with named values"),
        (MEASURED | {"value": [{}]}, "missing"),
        (MEASURED | {"value": [ROW | {"spearman": None}]}, "spearman is None, not a number"),
        (MEASURED | {"value": [ROW | {"spearman": 1e300}]}, "spearman is 1e.300, not a number"),
        (MEASURED | {"value": [ROW | {"labels": 0.5}]}, "labels is 0.5, not a whole number"),
    ],
)
def test_other_records_are_refused(record: Any, reason: str, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=reason) as raised:
        _kept(tmp_path, MEASURED, record)
    said = str(raised.value)
    place = tmp_path / "records.jsonl"
    assert said.startswith(f"{place} cannot be read as records of a transfer test (records[1]")
    assert said.endswith("); give another folder")
