"""Locks between processes that work on one folder.

A claim is a lock that the operating system holds on a file for as long as the process that
took it lives, however it ends; so no claim outlives its owner, and none has to be guessed to
be stale. Processes on several machines need a file system that passes locks on, such as NFS.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def claim(path: Path) -> Iterator[bool]:
    """Try to be the only one to work.

    Args:
        path: The file; made if it is not there. Only who holds the claim may delete it, once
            there is no more work.

    Yields:
        Whether nobody else holds the claim.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the claim, and hold it."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
