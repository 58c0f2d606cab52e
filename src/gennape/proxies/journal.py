"""Scores of many networks on disk, written as they come.

`scores.jsonl` has a first line with the settings, then one line a network. `scores.parquet` is
written from it at the end:

| column | type | content |
|---|---|---|
| architecture | string | `family:architecture` |
| proxy | string | its name |
| value | double or null | higher is better |
| missing | string | why there is no value, else empty |
| milliseconds | double | wall time |
| peak_bytes | int64 | the most memory that tensors held at once |
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gennape.proxies.errors import ProxyError
from gennape.proxies.measurement import ProxyScore
from gennape.utils.errors import plain, reading
from gennape.utils.workspace import Workspace

JOURNAL = "scores.jsonl"
"""File of the settings of a run and of its scores, one line a network."""
_TABLE = "scores.parquet"


def _score(architecture: str, record: dict[str, Any]) -> ProxyScore:
    """Check a score of a journal, which its table could not hold otherwise.

    Raises:
        ArrowException: A value has another type.
        ValueError: A score is not finite.
    """
    score = ProxyScore(**record)
    _table([{"architecture": architecture, **asdict(score)}])
    if not isfinite(score.value or 0.0):
        raise ValueError(f"a score of {plain(score.proxy)} is not finite")
    return score


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    names = ["architecture", *(field.name for field in fields(ProxyScore))]
    return pa.table({name: [row[name] for row in rows] for name in names}, schema=_SCHEMA)


class ScoreJournal:
    """Scores of networks in a folder.

    Args:
        workspace: The folder, which has been entered.

    Attributes:
        scores: By architecture, then by proxy, those of earlier runs too.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.scores: dict[str, dict[str, ProxyScore]] = defaultdict(dict)
        with reading(workspace.path, ProxyError, "scores of networks", "give another folder"):
            for record in workspace.records:
                architecture = record["architecture"]
                scores = [_score(architecture, one) for one in record["scores"]]
                self._remember(architecture, scores)

    def add(self, architecture: str, scores: Sequence[ProxyScore]) -> None:
        """Write the scores of a network."""
        self.workspace.append(
            {"architecture": architecture, "scores": [asdict(one) for one in scores]}
        )
        self._remember(architecture, scores)

    def write_table(self) -> Path:
        """Write all scores as Parquet, and return the path of the file."""
        rows = [
            {"architecture": architecture, **asdict(score)}
            for architecture, by_proxy in self.scores.items()
            for score in by_proxy.values()
        ]
        table = _table(rows)
        return self.workspace.write(_TABLE, lambda partial: pq.write_table(table, partial))

    def _remember(self, architecture: str, scores: Sequence[ProxyScore]) -> None:
        self.scores[architecture].update({one.proxy: one for one in scores})


_SCHEMA = pa.schema(
    [
        ("architecture", pa.string()),
        ("proxy", pa.string()),
        ("value", pa.float64()),
        ("missing", pa.string()),
        ("milliseconds", pa.float64()),
        ("peak_bytes", pa.int64()),
    ]
)
