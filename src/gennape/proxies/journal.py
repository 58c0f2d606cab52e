"""Scores of many networks on disk, written as they come.

`scores.jsonl` has a first line with the settings, then one line a network, so that a run
killed at any moment loses no more than the network it was at. `scores.parquet` is written
from it at the end:

| column | type | what |
|---|---|---|
| architecture | string | `family:architecture` |
| proxy | string | its name |
| value | double or null | higher is better |
| missing | string | why there is no value, else empty |
| milliseconds | double | wall time |
| peak_bytes | int64 | the most memory that tensors held at once |
"""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gennape.proxies.measure import ProxyScore
from gennape.proxies.registry import ProxyError
from gennape.utils.files import append_json_line, atomic_write, read_json_lines

Scores = dict[str, dict[str, ProxyScore]]
"""By architecture, then by proxy."""

_JOURNAL = "scores.jsonl"
_TABLE = "scores.parquet"


class Journal:
    """Scores in a folder.

    Args:
        folder: Made if it is not there.
        settings: What scores depend on, plain JSON values.

    Raises:
        ProxyError: The folder holds scores of other settings, or another file of that name.
    """

    def __init__(self, folder: str | os.PathLike[str], settings: dict[str, Any]) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / _JOURNAL
        self.scores: Scores = defaultdict(dict)
        lines = self._whole_lines()
        if not lines:
            append_json_line(self.path, settings)
            return
        if lines[0] != settings:
            raise ProxyError(
                f"{self.path} has scores of other settings ({_listed(lines[0])}; now "
                f"{_listed(settings)}); give another folder"
            )
        for line in lines[1:]:
            self._remember(line["architecture"], [ProxyScore(**one) for one in line["scores"]])

    def add(self, architecture: str, scores: Sequence[ProxyScore]) -> None:
        """Write the scores of a network."""
        append_json_line(
            self.path, {"architecture": architecture, "scores": [asdict(one) for one in scores]}
        )
        self._remember(architecture, scores)

    def write_table(self) -> Path:
        """Write all scores as Parquet; the path of the file."""
        rows = [
            {"architecture": architecture, **asdict(score)}
            for architecture, by_proxy in self.scores.items()
            for score in by_proxy.values()
        ]
        names = ["architecture", *(field.name for field in fields(ProxyScore))]
        columns = {name: [row[name] for row in rows] for name in names}
        path = self.folder / _TABLE
        atomic_write(path, lambda part: pq.write_table(pa.table(columns, schema=_SCHEMA), part))
        return path

    def _remember(self, architecture: str, scores: Sequence[ProxyScore]) -> None:
        self.scores[architecture].update({one.proxy: one for one in scores})

    def _whole_lines(self) -> list[Any]:
        try:
            return read_json_lines(self.path)
        except ValueError as error:
            raise ProxyError(f"{self.path} is no journal of scores; give another folder") from error


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


def _listed(settings: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())
