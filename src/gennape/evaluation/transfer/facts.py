"""What has to be known to run a test again and to trust it."""

import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from gennape.evaluation.few_shot import DRAWS
from gennape.evaluation.transfer.tables import JudgedTable


@dataclass(frozen=True)
class TableFacts:
    """One labelled table.

    Attributes:
        name: Its name.
        rows: How many it has.
        judged: How many of them are ranked.
        sha256: Of its file.
    """

    name: str
    rows: int
    judged: int
    sha256: str


@dataclass(frozen=True)
class TrainingFacts:
    """One training.

    Attributes:
        name: What it is called.
        seed: Its seed.
        tables: What was learned from.
        rows: Most networks of each table that were learned from.
        seconds: How long it took, in the session that finished it.
    """

    name: str
    seed: int
    tables: tuple[str, ...]
    rows: int | None
    seconds: float


@dataclass(frozen=True)
class Facts:
    """How a test was made.

    Attributes:
        command: What was typed.
        quick: Whether it is a quick test.
        date: When it ended, in UTC.
        seeds: Of the trainings.
        draws: Seeds of the choice of labels.
        versions: Of gennape and what it stands on.
        processors: Of the machine.
        seconds: Time in finished trainings and measurements, of all sessions.
        tables: The labelled tables.
        trainings: The trainings.
    """

    command: str
    quick: bool
    date: str
    seeds: tuple[int, ...]
    draws: tuple[int, ...]
    versions: dict[str, str]
    processors: int
    seconds: float
    tables: tuple[TableFacts, ...]
    trainings: tuple[TrainingFacts, ...]

    @classmethod
    def of(
        cls,
        command: str,
        quick: bool,
        seeds: Iterable[int],
        tables: Iterable[JudgedTable],
        trainings: Iterable[TrainingFacts],
        measuring_seconds: float,
    ) -> "Facts":
        """The facts of a test that ends now."""
        trained = tuple(trainings)
        packages = ("gennape", "torch", "numpy", "scipy")
        return cls(
            command=command,
            quick=quick,
            date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            seeds=tuple(seeds),
            draws=DRAWS,
            versions={"Python": platform.python_version()}
            | {package: version(package) for package in packages},
            processors=os.cpu_count() or 1,
            seconds=sum(training.seconds for training in trained) + measuring_seconds,
            tables=tuple(
                TableFacts(table.name, len(table.benchmark), len(table.rows), table.sha256)
                for table in tables
            ),
            trainings=trained,
        )

    def plain(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def duration(seconds: float) -> str:
    """A time as people say it, such as `2 h 05 min`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
