"""Processes of this machine that share the reading and the scoring of networks.

This process does its share. The others are started once there is enough to do, and take
part as soon as they are ready; what comes out does not depend on how many there are.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from gennape.search.candidate import SearchError

Item = TypeVar("Item")
Output = TypeVar("Output")

_WORTH_STARTING = 30
"""Pieces that are done before others are started: fewer take less time than a start."""


class WorkerPool(AbstractContextManager["WorkerPool"]):
    """Processes that apply functions to pieces of work.

    Args:
        processes: How many, this one counted.
    """

    def __init__(self, processes: int = 1) -> None:
        self.processes = processes
        self._done = 0
        self._functions: list[Callable[[Any], Any]] = []
        self._helpers: list[_Helper] = []

    def __exit__(self, *exception: object) -> None:
        """End the other processes."""
        self._end()

    @property
    def ready(self) -> int:
        """Number of processes that take part by now."""
        return 1 + sum(helper.is_ready() for helper in self._helpers)

    def split(self, items: Sequence[Item], largest: int) -> list[Sequence[Item]]:
        """Split items into equal parts, one a process, or more so that none exceeds `largest`."""
        count = max(self.ready, -(-len(items) // largest))
        size = max(1, -(-len(items) // count))
        return [items[start : start + size] for start in range(0, len(items), size)]

    def map(self, function: Callable[[Item], Output], pieces: Sequence[Item]) -> list[Output]:
        """Apply a function to each piece.

        Args:
            function: Its first call in a process sends it there; keep it for the next ones.
            pieces: What it is applied to.

        Raises:
            SearchError: A process has ended unexpectedly.
        """
        try:
            return self._shared(function, pieces)
        except BaseException:  # answers that nobody took would be those of the next pieces
            self._end()
            raise

    def _shared(self, function: Callable[[Item], Output], pieces: Sequence[Item]) -> list[Output]:
        """Apply a function to each piece, in all processes that are ready."""
        self._start_in_time(len(pieces))
        helpers = [helper for helper in self._helpers if helper.is_ready()]
        helpers = helpers[: max(0, len(pieces) - 1)]
        stride = 1 + len(helpers)
        number = self._number(function)
        for place, helper in enumerate(helpers, start=1):
            helper.ask(number, function, pieces[place::stride])
        results: list[Any] = [None] * len(pieces)
        results[::stride] = [function(piece) for piece in pieces[::stride]]
        for place, helper in enumerate(helpers, start=1):
            results[place::stride] = helper.answer()
        return results

    def _number(self, function: Callable[[Any], Any]) -> int:
        """Return the number by which processes know the function."""
        for number, known in enumerate(self._functions):
            if known is function:
                return number
        self._functions.append(function)
        return len(self._functions) - 1

    def _end(self) -> None:
        """End the other processes; the next pieces start others."""
        for helper in self._helpers:
            helper.end()
        self._helpers = []

    def _start_in_time(self, pieces: int) -> None:
        self._done += pieces
        if self._done >= _WORTH_STARTING and not self._helpers:
            self._helpers = [_Helper() for _ in range(self.processes - 1)]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let matrix products compute with one thread, since processes share the processors.

    The last digits of sums depend on the number of threads, so a single process does the same.
    """
    with threadpool_limits(1, user_api="blas"):
        yield


class _Helper:
    """Another process, and the functions that it has been sent."""

    def __init__(self) -> None:
        context = get_context("spawn")  # threads do not survive a fork
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._known: set[int] = set()
        self._has_started = False

    def is_ready(self) -> bool:
        """Return whether it has started."""
        if not self._has_started and self._connection.poll():
            self.answer()
            self._has_started = True
        return self._has_started

    def ask(self, number: int, function: Callable[[Any], Any], pieces: Sequence[Any]) -> None:
        """Have it apply a function to pieces."""
        known = number in self._known
        with self._watched():
            self._connection.send((number, None if known else function, pieces))
        self._known.add(number)

    def answer(self) -> list[Any]:
        """Wait for the results and return them."""
        with self._watched():
            results, error = self._connection.recv()
        if error is not None:
            raise error
        return list(results)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, ConnectionError) as gone:
            self._process.join()
            raise SearchError(
                f"a process of the search has ended with code {self._process.exitcode}; the "
                "search goes on where it was when it is started again, perhaps with fewer"
            ) from gone

    def end(self) -> None:
        """Stop it at once."""
        self._process.terminate()
        self._process.join()
        self._connection.close()


def _serve(connection: Connection) -> None:
    """Be one of the processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends the others
    with one_thread():
        _answer(connection)


def _answer(connection: Connection) -> None:
    """Apply functions to pieces until the other side is gone."""
    functions: dict[int, Callable[[Any], Any]] = {}
    connection.send(([], None))
    while True:
        try:
            number, function, pieces = connection.recv()
        except EOFError:
            return
        functions.setdefault(number, function)
        try:
            connection.send(([functions[number](piece) for piece in pieces], None))
        except Exception as error:
            connection.send(([], error))
