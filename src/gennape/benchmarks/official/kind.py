"""What an importer of one official format consists of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.canonical import Measurement
from gennape.benchmarks.official.source import Member, Source


class Entry(NamedTuple):
    """One entry of an official file.

    Attributes:
        member: The file that it is in.
        content: As the file has it, or the error that kept it from being read.
    """

    member: Member
    content: Any


@dataclass(frozen=True)
class Kind:
    """A format of official files.

    Attributes:
        name: As in `gennape import NAME`.
        files: What its files are called.
        summary: What is in them, in one line.
        origin: Where they come from, how large they are and what is known of their checksum,
            as far as the official pages say.
        read: The entries of a source, one at a time; those of a source that cannot be
            read at all raise `BenchmarkError`.
        measurements: The rows of an entry, given its content and the file's name.
        published: Checksums (SHA-256) of official files by name.
    """

    name: str
    files: str
    summary: str
    origin: str
    read: Callable[[Source], Iterator[Entry]]
    measurements: Callable[[Any, str], list[Measurement]]
    published: dict[str, str] = field(default_factory=dict)

    def check_exists(self, path: Path) -> None:
        """Say where the file comes from, if it is not there.

        Raises:
            BenchmarkError: It is not there.
        """
        if not path.exists():
            checksums = (f"; sha256 of {name}: {digest}" for name, digest in self.published.items())
            raise BenchmarkError(
                f"{path} does not exist; the official source is {self.files}: {self.origin}"
                f"{''.join(checksums)}"
            )
