"""What a search has measured, on disk as it is measured.

`journal.jsonl` has a first line with the settings, then one line for each batch of networks,
so that a search killed at any moment loses no more than the batch it was at. Neither
algorithms nor decisions are stored: started again with the same seed a search proposes and
decides the same, and what the journal knows is not measured again.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gennape.search.errors import SearchError
from gennape.utils.files import append_json_line, read_json_lines

JOURNAL = "journal.jsonl"


class Measured(NamedTuple):
    """A network: its string, its key and what was measured of it."""

    text: str
    key: str
    metrics: Mapping[str, float]


class Journal:
    """Batches in a folder.

    Args:
        folder: Made if it is not there.
        settings: What a search depends on, plain JSON values.

    Attributes:
        batches: All of them, those of earlier runs first; a network that occurs again has
            more metrics.

    Raises:
        SearchError: The folder holds a search with other settings, or another file of that
            name.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / JOURNAL
        self.batches: list[Sequence[Measured]] = []
        lines = self._whole_lines()
        if not lines:
            append_json_line(self.path, dict(settings))
            return
        if lines[0] != settings:
            raise SearchError(
                f"{self.path} is of a search with other settings ({_changed(lines[0], settings)}); "
                "give another folder"
            )
        self.batches += [[Measured(*one) for one in line] for line in lines[1:]]

    def add(self, batch: Sequence[Measured]) -> None:
        """Write what was measured of a batch."""
        append_json_line(self.path, batch)
        self.batches.append(batch)

    def _whole_lines(self) -> list[Any]:
        try:
            return read_json_lines(self.path)
        except ValueError as error:
            raise SearchError(f"{self.path} is no journal of a search; give another") from error


def _changed(before: Any, now: Mapping[str, Any]) -> str:
    """The settings that differ, as they were and as they are."""
    old = before if isinstance(before, dict) else {}
    names = [name for name in {**old, **now} if old.get(name) != now.get(name)]
    return ", ".join(f"{name} {old.get(name)}, now {now.get(name)}" for name in names)
