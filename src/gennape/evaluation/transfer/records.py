"""Records of a transfer test in its workspace, checked: what came of each part, by its key."""

from collections.abc import Iterable
from typing import Any

from gennape.estimator.stored_values import StoredValues
from gennape.evaluation.metrics import METRICS
from gennape.utils.errors import reading
from gennape.utils.workspace import Workspace, WorkspaceError

_MOST_ROWS, _MOST_NETWORKS = 1_000, 1 << 32


def kept_records(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Return the records of a workspace by their keys; later ones replace earlier ones.

    Each has "key", "seconds" and "value": the rows that `measure` gives; None of a training, whose
    key has a dash.

    Args:
        workspace: It has been entered.

    Raises:
        WorkspaceError: A record is something else.
    """
    with reading(
        workspace.path, WorkspaceError, "records of a transfer test", "give another folder"
    ):
        _check(workspace.records)
        return {record["key"]: record for record in workspace.records}


def _check(records: Iterable[Any]) -> None:
    for record in StoredValues({"records": list(records)}).parts("records", 0, _MOST_NETWORKS):
        record.has_only("key", "seconds", "value")
        record.number("seconds", 0)
        if ("-" in record.text("key")) == record.has("value"):
            raise ValueError(
                f"{record.path}value: a training has measured something, or a measurement has not"
            )
        for row in record.parts("value", 1, _MOST_ROWS) if record.has("value") else ():
            row.has_only("labels", "draw", "networks", *METRICS)
            for count in ("labels", "draw", "networks"):
                row.integer(count, 0, _MOST_NETWORKS)
            for metric in METRICS:
                row.number(metric)
