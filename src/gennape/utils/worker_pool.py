"""Processes that share the pieces of some work, this one among them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from functools import lru_cache
from pickle import PicklingError, dumps, loads
from typing import Any, TypeVar

from gennape.utils.errors import GennapeError
from gennape.utils.processes import SpawnedExecutor, can_start

Item = TypeVar("Item")
Output = TypeVar("Output")

_KEPT = 4
"""Functions that a process keeps, so that it need not unpickle them for each piece."""


class ProcessError(GennapeError, RuntimeError):
    """A process that has ended unexpectedly."""


class WorkerPool(AbstractContextManager["WorkerPool"]):
    """This process and others, which apply functions to pieces of work.

    The others are started once there is enough to do, and take part as soon as one of them is
    ready; what comes out does not depend on how many there are.

    Args:
        processes: How many, this one counted.
        start_after: Pieces that are done before the others are started.

    Examples:
        >>> with WorkerPool(processes=2) as pool:
        ...     list(pool.map(abs, [-3, 4]))
        [3, 4]
    """

    def __init__(self, processes: int = 1, start_after: int = 30) -> None:
        self.processes = processes
        self._left = start_after
        self._pickled: dict[Callable[[Any], Any], bytes | None] = {}
        self._executor: SpawnedExecutor | None = None
        self._first: Future[int]

    def __exit__(self, *exception: object) -> None:
        """End the other processes."""
        if self._executor is not None:
            self._executor.kill()
        self._executor = None

    def is_ready(self) -> bool:
        """Return whether another process takes part by now; start them if it is time."""
        if self.processes <= 1 or self._left > 0 or not can_start():
            return False
        if self._executor is None:
            self._executor = SpawnedExecutor(self.processes - 1)
            self._first = self._executor.submit(int)
        return self._first.done()

    def split(self, items: Sequence[Item], largest: int) -> list[Sequence[Item]]:
        """Split items into equal parts, one a process, or more so that none exceeds `largest`."""
        count = max(self.processes, -(-len(items) // largest))
        size = max(1, -(-len(items) // count))
        return [items[start : start + size] for start in range(0, len(items), size)]

    def map(self, function: Callable[[Item], Output], pieces: Sequence[Item]) -> Iterator[Output]:
        """Apply a function to each piece.

        Args:
            function: One that cannot be sent to other processes, as a script itself defines it,
                is applied in this one.
            pieces: What it is applied to.

        Yields:
            The results, in the order of the pieces.

        Raises:
            ProcessError: A process has ended unexpectedly.
        """
        for place, piece in enumerate(pieces):
            if self.is_ready() and (pickled := self._sent(function)):
                yield from self._shared(function, pickled, pieces[place:])
                return
            self._left -= 1
            yield function(piece)

    def _shared(
        self, function: Callable[[Item], Output], pickled: bytes, pieces: Sequence[Item]
    ) -> Iterator[Output]:
        """Give all pieces but the last to the other processes, and take those not begun back."""
        assert self._executor is not None
        futures: list[Future[Output]] = []
        try:
            futures = [self._executor.submit(_apply, pickled, piece) for piece in pieces[:-1]]
            taken = len(futures)
            own = {taken: function(pieces[taken])}
            for place, future in enumerate(futures):
                while not future.done() and futures[taken - 1].cancel():
                    taken -= 1
                    own[taken] = function(pieces[taken])
                yield own[place] if place >= taken else future.result()
            yield own[len(futures)]
        except BrokenProcessPool as gone:
            code = self._executor.exit_code()
            self._executor = None  # the next pieces start others
            raise ProcessError(
                f"a process has ended with code {code}, perhaps for lack of memory; start again "
                "with fewer processes"
            ) from gone
        finally:
            for future in futures:
                future.cancel()

    def _sent(self, function: Callable[[Any], Any]) -> bytes | None:
        """Pickle a function, once; None where other processes could not have it."""
        if function not in self._pickled:
            if len(self._pickled) == _KEPT:
                del self._pickled[next(iter(self._pickled))]
            self._pickled[function] = _pickled(function)
        return self._pickled[function]


def _pickled(function: Callable[[Any], Any]) -> bytes | None:
    try:
        pickled = dumps(function)
    except (PicklingError, AttributeError, TypeError):
        return None
    return None if b"__main__" in pickled else pickled


def _apply(pickled: bytes, piece: Any) -> Any:
    """Apply a function in another process."""
    return _function(pickled)(piece)


@lru_cache(maxsize=_KEPT)
def _function(pickled: bytes) -> Callable[[Any], Any]:
    function: Callable[[Any], Any] = loads(pickled)
    return function
