"""Computations with one thread."""

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Let matrix products compute with one thread, since processes share the processors.

    The last digits of sums depend on the number of threads, so a single process does the same.
    """
    with threadpool_limits(1, user_api="blas"):
        yield
