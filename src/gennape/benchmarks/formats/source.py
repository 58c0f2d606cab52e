"""An official file, folder or archive as the files in it, read as streams."""

import bz2
import gzip
import hashlib
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, cast

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.formats.growth import Growth
from gennape.utils.errors import plain
from gennape.utils.progress import ProgressCallback

_CHUNK = 1 << 20
_TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2")
_OPENERS: dict[bytes, Callable[[IO[bytes]], Any]] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open}
"""How tar archives are unpacked, by their first two bytes."""
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
"""Of zip archives; LZMA takes as much memory as a file says."""
_LONGEST_NAME = 1 << 12
_LONGEST_TEXT = 1 << 24


class SourceFile(NamedTuple):
    """A file of a source.

    Attributes:
        name: Its name, inside the source where that is a folder or an archive.
        sha256: Of the file itself, or of the archive that it is in.
        stream: Its bytes; closed when the next file is taken.
        growth: What may still be unpacked.
    """

    name: str
    sha256: str
    stream: IO[bytes]
    growth: Growth

    def content(self) -> bytes:
        """Read the whole of a small file.

        Raises:
            BenchmarkError: It is larger than any official one of its kind.
        """
        content = self.stream.read(_LONGEST_TEXT + 1)
        if len(content) > _LONGEST_TEXT:
            raise BenchmarkError(f"{self.name} has more than {_LONGEST_TEXT:,} bytes")
        return content


class Source:
    """The files of a path that names a file, a folder, a zip or a tar archive.

    Args:
        path: The file, folder or archive.
        report: Called with what is being done, the bytes done and their total.

    Attributes:
        size: Bytes of the source on disk.
        growth: What may still be unpacked.
        holds_many: Whether it is a folder or an archive.
    """

    def __init__(self, path: Path, report: ProgressCallback) -> None:
        self.path = path
        self.report = report
        self._done = 0
        self._file: IO[bytes] | None = None
        files = path.rglob("*") if path.is_dir() else [path]
        self.size = sum(file.stat().st_size for file in files if file.is_file())
        self.growth = Growth(self.size)
        self._is_tar = path.name.endswith(_TAR_ENDINGS)
        self._is_zip = path.suffix == ".zip"
        self.holds_many = path.is_dir() or self._is_tar or self._is_zip

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._done + (self._file.tell() if self._file else 0)

    def files(self, *patterns: str) -> Iterator[SourceFile]:
        """Yield the files whose names match, in the order of their names or of the archive.

        Args:
            patterns: Such as `results_*.json`; a path that is one file matches always.

        Raises:
            BenchmarkError: No file matches.
        """
        found = False
        for file in self._files(patterns):
            found = True
            yield file
        if not found:
            raise BenchmarkError(
                f"{self.path} holds no file that is named like {' or '.join(patterns)}"
            )

    def _files(self, patterns: tuple[str, ...]) -> Iterator[SourceFile]:
        if self.path.is_dir():
            yield from self._in_folder(patterns)
            return
        with self._opened(self.path) as file:
            digest = self._sha256(file)
            file.seek(0)
            if self._is_tar:
                yield from _in_tar(file, digest, patterns, self.growth)
            elif self._is_zip:
                yield from _in_zip(file, digest, patterns, self.growth)
            else:
                yield SourceFile(self.path.name, digest, file, self.growth)

    def _in_folder(self, patterns: tuple[str, ...]) -> Iterator[SourceFile]:
        for path in sorted(self.path.rglob("*")):
            if path.is_file() and _matches(path.name, patterns):
                with self._opened(path) as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
                    file.seek(0)
                    name = path.relative_to(self.path).as_posix()
                    yield SourceFile(name, digest, file, self.growth)
                self._done += path.stat().st_size

    @contextmanager
    def _opened(self, path: Path) -> Iterator[IO[bytes]]:
        with path.open("rb") as file:
            self._file = file
            yield file
        self._file = None

    def _sha256(self, file: IO[bytes]) -> str:
        digest = hashlib.sha256()
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            self.report("checksum", self.position, self.size)
        return digest.hexdigest()


def _in_zip(
    file: IO[bytes], digest: str, patterns: tuple[str, ...], growth: Growth
) -> Iterator[SourceFile]:
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            if _matches(PurePosixPath(entry.filename).name, patterns):
                with archive.open(checked_member(entry)) as stream:
                    yield SourceFile(entry.filename, digest, growth.stream(stream), growth)


def checked_member(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return a member of a zip archive that can be unpacked within limits.

    Raises:
        BenchmarkError: It is packed in another way than official files are.
    """
    if entry.compress_type not in _PACKINGS:
        raise BenchmarkError(f"{plain(entry.filename)} is packed in a way that is not read")
    return entry


def _in_tar(
    file: IO[bytes], digest: str, patterns: tuple[str, ...], growth: Growth
) -> Iterator[SourceFile]:
    head = file.read(2)
    file.seek(0)
    unpacked = growth.stream(_OPENERS[head](file) if head in _OPENERS else file)
    with tarfile.open(fileobj=unpacked, mode="r|") as archive:
        for entry in archive:
            archive.members = []  # type: ignore[attr-defined]  # it would remember them all
            is_file = entry.isfile() and not entry.issparse()
            if is_file and _matches(PurePosixPath(entry.name).name, patterns):
                stream = cast(IO[bytes], archive.extractfile(entry))
                yield SourceFile(entry.name, digest, stream, growth)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    is_name = len(name) <= _LONGEST_NAME
    return is_name and any(fnmatch(name, pattern) for pattern in patterns)
