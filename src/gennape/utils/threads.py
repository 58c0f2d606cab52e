"""Computations with one thread."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[Any]:
    """Let matrix products compute with one thread, since processes share the processors.

    The last digits of sums depend on the number of threads, so a single process does the same.
    """
    limited: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> ThreadpoolController:
    """The libraries that are loaded, which takes milliseconds to find out."""
    import scipy.linalg  # noqa: F401  # brings its own library, and scoring loads it anyway

    return ThreadpoolController()
