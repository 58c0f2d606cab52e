"""Turning an official benchmark file into a canonical table."""

import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from lzma import LZMAError
from os import PathLike
from pathlib import Path

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.canonical import (
    SCHEMA,
    CanonicalWriter,
    MeasuredValue,
    families_of,
    new_table,
)
from gennape.benchmarks.formats.accel_nasbench import ACCEL_NASBENCH
from gennape.benchmarks.formats.benchmark_format import BenchmarkFormat, RawRecord, SkipEntry
from gennape.benchmarks.formats.gennape_caches import GENNAPE
from gennape.benchmarks.formats.nasbench101 import NASBENCH101
from gennape.benchmarks.formats.nasbench301 import NASBENCH301
from gennape.benchmarks.formats.natsbench import NASBENCH201, NATS_SSS, NATS_TSS
from gennape.benchmarks.formats.nds import NDS
from gennape.benchmarks.formats.source import Source
from gennape.benchmarks.formats.transnas import TRANSNAS
from gennape.spaces import ArchitectureError
from gennape.utils.errors import one_line, plain, reading
from gennape.utils.progress import ProgressCallback, no_progress

_REPORTED = 1 << 20

_FORMATS = {
    format_.name: format_
    for format_ in (
        NASBENCH101,
        NASBENCH201,
        NATS_TSS,
        NATS_SSS,
        NASBENCH301,
        NDS,
        TRANSNAS,
        ACCEL_NASBENCH,
        GENNAPE,
    )
}

_CURE = "download it again"
_DAMAGES = (EOFError, OSError, zipfile.BadZipFile, tarfile.TarError, zlib.error, LZMAError)

_TEXTS = ("family", "architecture", "dataset", "split", "metric")
_LONGEST_TEXT = 1 << 16
_MOST_REASONS, _MOST_SHOWN = 100, 5
"""Reasons why entries are skipped may quote a file: how many are kept apart, and are told."""
_MOST_UNUSABLE = 100_000
"""Entries that are tried before one is usable."""

_UNUSABLE = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
_BITS = {
    name: SCHEMA.field(name).type.bit_width for name in ("epochs", "seed", "macs", "parameters")
}


@dataclass
class ImportSummary:
    """The outcome of an import.

    Attributes:
        path: The canonical table.
        read: Entries that are in it.
        skipped: How many entries are not, by the reason why.
        rows: Rows of the table.
        is_published: Whether the file's checksum is the published one; None where none is
            known for its name.
    """

    path: Path
    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    is_published: bool | None = None


def kinds() -> list[BenchmarkFormat]:
    """Return all formats that can be imported."""
    return list(_FORMATS.values())


def import_official(
    kind: str,
    file: str | PathLike[str],
    out: str | PathLike[str],
    limit: int | None = None,
    report: ProgressCallback = no_progress,
) -> ImportSummary:
    """Turn an official benchmark file into `out/KIND.parquet`, a canonical table.

    Entries that cannot be used are skipped and counted; the table appears only when it is
    whole. Nothing in the file is ever run.

    Args:
        kind: Name of one of `kinds()`.
        file: The file, or a folder or archive of files.
        out: Folder of the table; made if it is not there.
        limit: Stop after so many entries.
        report: Called with what is being done, the bytes done and their total.

    Raises:
        BenchmarkError: There is no such kind or file, the file is damaged or another one, it
            has no usable entry, or the table would replace a file that is none.
    """
    if kind not in _FORMATS:
        near = get_close_matches(kind, _FORMATS, n=3, cutoff=0.4) or list(_FORMATS)
        raise BenchmarkError(f"no kind is called {kind!r}; did you mean {', '.join(near)}?")
    source_path, path = Path(file), Path(out) / f"{kind}.parquet"
    format_ = _FORMATS[kind]
    format_.check_exists(source_path)
    if path.exists() and not families_of(path):
        raise BenchmarkError(f"{path} is there and no imported table; choose another folder")
    imported = ImportSummary(path)
    source = Source(source_path, report)
    with reading(source_path, BenchmarkError, f"{kind} data", _CURE), new_table(path) as table:
        for entry in islice(_entries(format_, source), limit):
            _import_entry(format_, entry, table, imported)
        imported.rows = table.rows
        if not imported.rows:
            raise BenchmarkError(f"{file} has no usable entry: {reasons(imported)}")
    return imported


def reasons(imported: ImportSummary) -> str:
    """Say why entries were skipped, the most frequent reasons first."""
    shown = imported.skipped.most_common(_MOST_SHOWN)
    counts = [f"{count:,} {reason}" for reason, count in shown]
    if rest := imported.skipped.total() - sum(count for _, count in shown):
        counts.append(f"{rest:,} for other reasons")
    return "; ".join(counts) or "there is none"


def _entries(format_: BenchmarkFormat, source: Source) -> Iterator[RawRecord]:
    """Yield the entries of a source, and report the bytes read."""
    reported = 0
    try:
        for entry in format_.read(source):
            yield entry
            if source.position - reported >= _REPORTED:
                reported = source.position
                source.report("import", reported, source.size)
    except _DAMAGES as error:
        raise BenchmarkError(
            f"{source.path} is damaged or cut ({one_line(error)}); {_CURE}"
        ) from error
    source.report("import", source.size, source.size)


def _import_entry(
    format_: BenchmarkFormat, entry: RawRecord, table: CanonicalWriter, imported: ImportSummary
) -> None:
    name = entry.file.name
    try:
        if isinstance(entry.content, Exception):
            raise SkipEntry(str(entry.content)) from entry.content
        measurements = format_.measurements(entry.content, name)
        _check_values(measurements)
    except _UNUSABLE as error:
        _skip(imported, plain(_reason(error)))
        return
    for measurement in measurements:
        table.write(measurement, name, entry.file.sha256)
    imported.read += 1
    if name in format_.published:
        imported.is_published = entry.file.sha256 == format_.published[name]


def _skip(imported: ImportSummary, reason: str) -> None:
    """Count an entry that cannot be used.

    Raises:
        BenchmarkError: None can, of many.
    """
    is_new = reason not in imported.skipped and len(imported.skipped) >= _MOST_REASONS
    imported.skipped["has another defect" if is_new else reason] += 1
    if not imported.read and imported.skipped.total() > _MOST_UNUSABLE:
        raise BenchmarkError(
            f"none of its first {_MOST_UNUSABLE:,} entries is usable: {reasons(imported)}"
        )


def _check_values(measurements: Iterable[MeasuredValue]) -> None:
    """Refuse integers and texts that the table's columns cannot hold."""
    for measurement in measurements:
        for name, bits in _BITS.items():
            if abs(getattr(measurement, name) or 0) >> (bits - 1):
                raise OverflowError
        for name in _TEXTS:
            if len(getattr(measurement, name).encode()) > _LONGEST_TEXT:
                raise SkipEntry(f"has a text of more than {_LONGEST_TEXT:,} bytes")


def _reason(error: Exception) -> str:
    """Say why an entry is skipped, the same for all entries with the same defect."""
    if isinstance(error, SkipEntry):
        return str(error)
    if isinstance(error, KeyError):
        return f"lacks {error}"
    if isinstance(error, OverflowError):
        return "holds a number that is too large"
    if isinstance(error, ArchitectureError):
        return "is no architecture of its family"
    return "has another layout than the documented one"
