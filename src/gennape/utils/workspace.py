"""Folders in which work goes on after it was killed.

A workspace has one file of settings and records. Its first JSON value is the settings on
which all results depend, one object; each further line is a record:

    {"family": "nasbench201", "seed": 0}
    {"network": "nasbench201:...", "score": 0.5}

Records are appended as they come, so that a process killed at any moment loses no more than
the one it was at. What is no record is a file beside it, written whole or not at all.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from gennape.utils.errors import GennapeError, reading, writing
from gennape.utils.files import (
    append_json_line,
    atomic_write,
    digest_of,
    file_lock,
    read_json_lines,
)

SETTINGS = "settings.json"
LOCK = "workspace.lock"

Upgrade = Callable[[dict[str, Any]], tuple[dict[str, Any], Callable[[list[Any]], list[Any]]]]


class WorkspaceError(GennapeError, ValueError):
    """A folder that is of other settings, or in which another process works."""


class Workspace:
    """Folder of one piece of work, which goes on there after it was killed.

    Entering it takes its lock, so that one process at a time writes its files, refuses other
    settings than those it began with, and reads the records.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with Workspace(folder, {"seed": 0}) as workspace:
    ...         workspace.append({"network": "a", "score": 0.5})
    ...     with Workspace(folder, {"seed": 0}) as workspace:
    ...         print(workspace.records)
    [{'network': 'a', 'score': 0.5}]

    Args:
        folder: Made when it is entered, if needed.
        settings: All that the results depend on, plain JSON values by name.
        file: Name of the file of settings and records.
        wait: Whether entering waits for another process, instead of refusing the folder.
        upgrade: Reads settings of an earlier version: returns them as they are written today,
            and what makes today's records of those beside them. Where the settings are then
            equal, both are written anew.

    Attributes:
        folder: Its path.
        path: Path of the file of settings and records.
        settings: As JSON has them: lists for tuples.
        records: Those of earlier processes and then one's own, once it is entered.

    Raises:
        WorkspaceError: Upon entering: another process is at work there, the folder is of
            other settings (which are named with what they were and what they are), or the
            file of settings is something else.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        settings: Mapping[str, Any],
        file: str = SETTINGS,
        *,
        wait: bool = False,
        upgrade: Upgrade | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.path = self.folder / file
        self.settings: dict[str, Any] = json.loads(json.dumps(dict(settings)))
        self.records: list[Any] = []
        self._wait = wait
        self._upgrade = upgrade
        self._lock = ExitStack()

    @property
    def digest(self) -> str:
        """Short name of the settings, see `digest_of`."""
        return digest_of(self.settings)

    def __enter__(self) -> Self:
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            if not stack.enter_context(file_lock(self.folder / LOCK, wait=self._wait)):
                raise WorkspaceError(
                    f"another process works in {self.folder}; wait until it has ended or give "
                    "another folder"
                )
            with reading(self.path, WorkspaceError, "settings and records", "give another folder"):
                self.records = self._read()
            self._lock = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._lock.close()

    def append(self, record: Any) -> None:
        """Write one more record, a plain JSON value."""
        append_json_line(self.path, record)
        self.records.append(record)

    def write(self, name: str, write: Callable[[Path], object]) -> Path:
        """Write a file of the folder, whole or not at all.

        Args:
            name: Of the file.
            write: Writes the file whose path it is given.

        Returns:
            Where the file is.
        """
        atomic_write(self.folder / name, write)
        return self.folder / name

    def _read(self) -> list[Any]:
        """Read the records of a folder of the same settings; a new one gets its settings."""
        if not self.path.exists():
            return self._begin([])
        try:
            text = self.path.read_text(encoding="utf-8")
            known, end = json.JSONDecoder().raw_decode(text)
            records = read_json_lines(self.path, end)
        except ValueError as error:
            if b"\n" not in self.path.read_bytes():  # cut off while it was begun
                return self._begin([])
            raise self._no_settings() from error
        if not isinstance(known, dict):
            raise self._no_settings()
        if known != self.settings:
            current, renewed = self._upgrade(known) if self._upgrade else (known, list)
            if current == self.settings:
                return self._begin(renewed(records))
            raise WorkspaceError(
                f"{self.path} is of other settings ({_difference(current, self.settings)}); give "
                "another folder"
            )
        if end == len(text):  # the next record needs a line of its own
            self._begin([])
        return records

    def _begin(self, records: list[Any]) -> list[Any]:
        """Write the settings and some records."""
        text = "".join(json.dumps(value) + "\n" for value in (self.settings, *records))
        atomic_write(self.path, lambda partial: partial.write_bytes(text.encode()))
        return records

    def _no_settings(self) -> WorkspaceError:
        return WorkspaceError(
            f"{self.path} holds no settings and records of earlier work; give another folder"
        )


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Name the settings that differ, those of objects by path, as they were and as they are."""
    old, new = dict(_leaves(before)), dict(_leaves(now))
    return ", ".join(
        f"{name} was {_shown(old, name)}, is {_shown(new, name)}"
        for name in {**old, **new}
        if name not in old or name not in new or old[name] != new[name]
    )


def _leaves(settings: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Give the values of nested objects with their dotted paths."""
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _shown(values: Mapping[str, Any], name: str) -> str:
    return json.dumps(values[name]) if name in values else "not set"
