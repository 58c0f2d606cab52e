"""Files that survive the death of the process that writes them, their locks and digests."""

import json
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EISDIR, ENOTDIR
from hashlib import file_digest, sha256
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryFile
from typing import Any

from gennape.utils.errors import GennapeError, reading, writing

_DIGITS = 12
_LONGEST_TEXT = 1 << 27
"""Characters of a text that is read whole."""


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a place to write a file that appears under its name only when it is whole.

    Until then the file has no name where the system has such files (Linux, most file systems):
    neither an error nor a killed process leaves anything behind. Elsewhere it is beside its place,
    under a name like no other that ends in `.partial`, which a killed process leaves.

    Args:
        path: Where the file goes; its folder is made if needed.

    Yields:
        Where to write it.

    Raises:
        WriteError: The operating system does not let it be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{token_hex(4)}.partial")
        nameless = _nameless_file(path.parent)
        try:
            if nameless is None:
                yield partial
            else:
                place = f"/proc/self/fd/{nameless}"
                yield Path(place)
                # Only with a folder given does Python follow the link that stands in /proc.
                os.link(place, partial, src_dir_fd=nameless, follow_symlinks=True)
            os.replace(partial, path)
        finally:
            if nameless is not None:
                os.close(nameless)
            partial.unlink(missing_ok=True)


def _nameless_file(folder: Path) -> int | None:
    """Open a file without a name, to be given one; None where there are no such files."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666)
    except OSError:  # what is wrong with the folder shows when the file gets a name
        return None


def atomic_write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that appears under its name only when it is whole, see `atomic_file`.

    Args:
        path: Where it goes; its folder is made if needed.
        write: Writes the file whose path it is given.

    Raises:
        WriteError: The operating system does not let it be written.
    """
    with atomic_file(path) as partial:
        write(partial)


def check_writable(path: Path, *, is_folder: bool = False) -> None:
    """Check before long work that its file or folder can be written in the end; leave nothing.

    Args:
        path: Where it goes; folders that are not there will be made.
        is_folder: Whether it is a folder.

    Raises:
        WriteError: The operating system will not let it be written.
    """
    with writing(path):
        if path.exists() and path.is_dir() != is_folder:
            number = ENOTDIR if is_folder else EISDIR
            raise OSError(number, os.strerror(number))
        place = path if is_folder else path.parent
        while not place.exists() and place != place.parent:
            place = place.parent
        TemporaryFile(dir=place).close()


@contextmanager
def file_lock(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Try to be the only one to hold a lock.

    The operating system holds it on a file for as long as the process that took it lives,
    however it ends; so no lock outlives its owner, and none has to be guessed to be stale.
    Processes on several machines need a file system that passes locks on, such as NFS.

    Args:
        path: The file, in a folder that is there; made if needed. It may be deleted once
            there is no more work to be locked.
        wait: Whether to wait until nobody else holds the lock.

    Yields:
        Whether the lock is held; always so after waiting.

    Raises:
        WriteError: The lock's file cannot be made.
    """
    from filelock import FileLock, Timeout  # scoring locks nothing

    lock = FileLock(path)
    with writing(path), suppress(Timeout):  # which is an error of the system by its type
        lock.acquire(timeout=-1 if wait else 0)
    try:
        yield lock.is_locked
    finally:
        lock.release()


def append_json_line(path: Path, value: Any) -> None:
    """Append a JSON value to a file of one value a line.

    A last line without an end, which a killed process has left, is replaced.

    Args:
        path: The file; made if needed, in a folder that is there. Only one process at a time
            may append to it.
        value: Plain JSON.

    Raises:
        WriteError: The operating system does not let it be written; the lines before stay.
    """
    with writing(path), path.open("a+b") as file:
        file.seek(max(0, file.tell() - 1))
        if file.read(1) not in (b"", b"\n"):
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
        file.write(json.dumps(value).encode() + b"\n")


def read_json_lines(path: Path, start: int = 0) -> list[Any]:
    """Read a file of one JSON value a line.

    A last line without an end, which a killed process has left, is dropped with a warning.

    Args:
        path: The file; one that is not there has no lines.
        start: How many of its characters come before the first line.

    Raises:
        ValueError: A whole line is no JSON.
    """
    if not path.exists():
        return []
    *lines, cut = path.read_text(encoding="utf-8")[start:].split("\n")
    if cut:
        warnings.warn(f"the last line of {path} was cut off and is dropped", stacklevel=2)
    return [json.loads(line) for line in lines if line]


def read_text(path: str | os.PathLike[str], error: type[GennapeError]) -> str:
    """Read a text that people or other tools wrote, with or without a byte order mark.

    Args:
        path: The file, in UTF-8.
        error: What to raise.

    Raises:
        GennapeError: Of the type `error`: there is no such file, it is in another encoding, longer
            than texts are, as devices may be, or it holds a zero byte, which no text has.
    """
    with reading(path, error, "a text", "check the path"):
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                text = file.read(_LONGEST_TEXT + 1)
        except UnicodeDecodeError as cause:
            raise error(f"{path} is no UTF-8 text ({cause.reason}); save it as UTF-8") from cause
    if len(text) > _LONGEST_TEXT:
        raise error(f"{path} has more than {_LONGEST_TEXT:,} characters; split it")
    if "\0" in text:
        raise error(f"{path} is no text, as it holds a zero byte; save it as UTF-8")
    return text


def refuse_special(path: Path) -> None:
    """Refuse a device or a pipe, which may have no end, in a folder that a stranger may have made.

    Raises:
        ValueError: It is one.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ValueError("it is a device or a pipe, no file")


def sha256_of(path: Path) -> str:
    """Digest a file: its sha256, in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def digest_of(value: Any) -> str:
    """Digest a plain JSON value: a name of 12 hexadecimal digits, for stored results of it.

    >>> digest_of({"seed": 0, "rows": [1, 2]}) == digest_of({"rows": (1, 2), "seed": 0})
    True
    """
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:_DIGITS]
