"""Limits of time and memory around what a test does."""

import resource
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gennape.frontends import FrontendError, graph_of
from gennape.graph import ComputationGraph

_SECONDS = 40
_UNIT = 1 if sys.platform == "darwin" else 1024


@contextmanager
def limits(*, megabytes: int = 300) -> Iterator[None]:
    """Assert that the body does not hang, and adds no more to the peak of memory.

    What is allowed takes three seconds at most on a machine at rest, and what hangs takes minutes:
    the limit of processor time lies between, far from both, for tests run on busy machines too.
    """
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * _UNIT
    assert time.process_time() - start < _SECONDS
    assert grown < megabytes << 20


def read_within_limits(path: Path, *, megabytes: int = 300) -> ComputationGraph | FrontendError:
    """Read a file within limits; an error is one line that names it."""
    with limits(megabytes=megabytes), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return graph_of(path)
        except FrontendError as error:
            assert str(path) in str(error)
            assert "\n" not in str(error)
            return error


def assert_refused(path: Path, *words: str) -> None:
    """Assert that a file is refused within limits, in one line with some words."""
    error = read_within_limits(path)
    assert isinstance(error, FrontendError)
    for word in words:
        assert word in str(error)
