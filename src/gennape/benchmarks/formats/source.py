"""An official file, folder or archive as the files in it, read as streams."""

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.utils.progress import ProgressCallback

_CHUNK = 1 << 20
_TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


class SourceFile(NamedTuple):
    """A file of a source.

    Attributes:
        name: Its name, inside the source where that is a folder or an archive.
        sha256: Of the file itself, or of the archive that it is in.
        stream: Its bytes; closed when the next file is taken.
    """

    name: str
    sha256: str
    stream: IO[bytes]


class Source:
    """The files of a path that names a file, a folder, a zip or a tar archive.

    Args:
        path: The file, folder or archive.
        report: Called with what is being done, the bytes done and their total.

    Attributes:
        size: Bytes of the source on disk.
        holds_many: Whether it is a folder or an archive.
    """

    def __init__(self, path: Path, report: ProgressCallback) -> None:
        self.path = path
        self.report = report
        self._done = 0
        self._file: IO[bytes] | None = None
        files = path.rglob("*") if path.is_dir() else [path]
        self.size = sum(file.stat().st_size for file in files if file.is_file())
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
                yield from _in_tar(file, digest, patterns)
            elif self._is_zip:
                yield from _in_zip(file, digest, patterns)
            else:
                yield SourceFile(self.path.name, digest, file)

    def _in_folder(self, patterns: tuple[str, ...]) -> Iterator[SourceFile]:
        for path in sorted(self.path.rglob("*")):
            if path.is_file() and _matches(path.name, patterns):
                with self._opened(path) as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
                    file.seek(0)
                    yield SourceFile(path.relative_to(self.path).as_posix(), digest, file)
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


def _in_zip(file: IO[bytes], digest: str, patterns: tuple[str, ...]) -> Iterator[SourceFile]:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if _matches(PurePosixPath(name).name, patterns):
                with archive.open(name) as stream:
                    yield SourceFile(name, digest, stream)


def _in_tar(file: IO[bytes], digest: str, patterns: tuple[str, ...]) -> Iterator[SourceFile]:
    with tarfile.open(fileobj=file, mode="r|*") as archive:
        for entry in archive:
            if entry.isfile() and _matches(PurePosixPath(entry.name).name, patterns):
                yield SourceFile(entry.name, digest, cast(IO[bytes], archive.extractfile(entry)))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
