"""Limits of time and memory around what a test does."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_UNIT = 1 if sys.platform == "darwin" else 1024


@contextmanager
def limits(seconds: float = 10, megabytes: int = 300) -> Iterator[None]:
    """Assert that the body takes no more processor time, and adds no more to the peak of memory."""
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * _UNIT
    assert time.process_time() - start < seconds
    assert grown < megabytes << 20
