"""What the reader of one official format consists of, and how it checks values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.canonical import MeasuredValue
from gennape.benchmarks.formats.source import Source, SourceFile
from gennape.utils.errors import GennapeError


class SkipEntry(GennapeError, ValueError):
    """The reason why an entry is left out; completes "an entry that ..."."""


class RawRecord(NamedTuple):
    """An entry of an official file.

    Attributes:
        file: The file that it is in.
        content: As the file has it, or the error that kept it from being read.
    """

    file: SourceFile
    content: Any


@dataclass(frozen=True)
class BenchmarkFormat:
    """A format of official benchmark files.

    Attributes:
        name: As in `gennape import NAME`.
        files: Names of its files.
        summary: Their content, in one line.
        origin: Where they come from, how large they are and what is known of their checksum,
            as far as the official pages say.
        read: Yields the entries of a source; raises `BenchmarkError` where a source cannot be
            read at all.
        measurements: Gives the rows of an entry, from its content and the file's name.
        published: Checksums (SHA-256) of official files by name.
    """

    name: str
    files: str
    summary: str
    origin: str
    read: Callable[[Source], Iterator[RawRecord]]
    measurements: Callable[[Any, str], list[MeasuredValue]]
    published: dict[str, str] = field(default_factory=dict)

    def check_exists(self, path: Path) -> None:
        """Check that a file is there, and say where it comes from if not.

        Raises:
            BenchmarkError: It is not there, or a device or pipe.
        """
        if not path.exists():
            checksums = (f"; sha256 of {name}: {digest}" for name, digest in self.published.items())
            raise BenchmarkError(
                f"{path} does not exist; the official source is {self.files}: {self.origin}"
                f"{''.join(checksums)}"
            )
        if not (path.is_file() or path.is_dir()):
            raise BenchmarkError(f"{path} is neither a file nor a folder; give one of these")


def number(value: object) -> float:
    """Return a value that is a finite number.

    Raises:
        SkipEntry: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise SkipEntry("holds something else where a finite number belongs")
    return float(value)


def percent(value: object) -> float:
    """Return a value that is a number from 0 to 100.

    Raises:
        SkipEntry: It is none.
    """
    share = number(value)
    if not 0 <= share <= 100:
        raise SkipEntry("holds an accuracy outside 0 to 100 %")
    return share
