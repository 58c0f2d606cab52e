"""What a search has found, on disk as it is found.

`journal.jsonl` has a first line with the settings, then one line for each batch of proposals,
so that a search killed at any moment loses no more than the batch it was at. Algorithms are
not stored: started again with the same seed they propose the same, and what the journal knows
is not measured again.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gennape.reports.lines import append_line, whole_lines
from gennape.search.errors import SearchError

JOURNAL = "journal.jsonl"


class Measured(NamedTuple):
    """A new candidate: its string, its key and what was measured."""

    text: str
    key: str
    metrics: Mapping[str, float]


class Batch(NamedTuple):
    """What became of one batch of proposals.

    Attributes:
        found: New candidates.
        same: Strings of networks that were candidates before, and their keys.
        rejected: Strings of networks that break a constraint.
    """

    found: Sequence[Measured]
    same: Sequence[tuple[str, str]]
    rejected: Sequence[str]


class Journal:
    """Batches in a folder.

    Args:
        folder: Made if it is not there.
        settings: What a search depends on, plain JSON values.

    Attributes:
        batches: All of them, those of earlier runs first.

    Raises:
        SearchError: The folder holds a search with other settings, or another file of that
            name.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / JOURNAL
        self.batches: list[Batch] = []
        lines = self._whole_lines()
        if not lines:
            append_line(self.path, dict(settings))
            return
        if lines[0] != settings:
            raise SearchError(
                f"{self.path} is of a search with other settings ({_changed(lines[0], settings)}); "
                "give another folder"
            )
        for found, same, rejected in lines[1:]:
            pairs = [(text, key) for text, key in same]
            self.batches.append(Batch([Measured(*one) for one in found], pairs, rejected))

    def add(self, batch: Batch) -> None:
        """Write what became of a batch."""
        append_line(self.path, batch)
        self.batches.append(batch)

    def _whole_lines(self) -> list[Any]:
        try:
            return whole_lines(self.path)
        except ValueError as error:
            raise SearchError(f"{self.path} is no journal of a search; give another") from error


def _changed(before: Any, now: Mapping[str, Any]) -> str:
    """The settings that differ, as they were and as they are."""
    old = before if isinstance(before, dict) else {}
    names = [name for name in {**old, **now} if old.get(name) != now.get(name)]
    return ", ".join(f"{name} {old.get(name)}, now {now.get(name)}" for name in names)
