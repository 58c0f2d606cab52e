"""Calls in processes of their own: one that hangs, or takes its process down, harms no other."""

import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from gennape.utils.processes import SpawnedExecutor

Item = TypeVar("Item")


@dataclass(frozen=True)
class IsolatedResult:
    """What came of one call.

    Attributes:
        item: Place of its argument.
        value: What the function returned.
        error: Why there is no value; empty if there is one.
    """

    item: int
    value: Any = None
    error: str = ""


def run_isolated(
    function: Callable[[Item], Any], items: Sequence[Item], *, processes: int, seconds: float
) -> Generator[IsolatedResult, None, None]:
    """Call a function with each of some values, in other processes.

    Args:
        function: One of a module, not of the script that is run.
        items: Its arguments.
        processes: How many calls there may be at a time.
        seconds: Limit of one call, after which its process is killed; for the first call of a
            process the start counts.

    Yields:
        One result for each item, as they come.
    """
    idle: SimpleQueue[_Worker] = SimpleQueue()
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(processes))
        for _ in range(min(processes, len(items))):
            worker = _Worker(function, seconds)
            stack.callback(worker.end)
            idle.put(worker)
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        calls = [threads.submit(_call, idle, place, item) for place, item in enumerate(items)]
        for call in as_completed(calls):
            yield call.result()


def _call(idle: "SimpleQueue[_Worker]", place: int, item: Any) -> IsolatedResult:
    """Call the function in one of the processes that have nothing to do."""
    worker = idle.get()
    try:
        value, error = worker.call(item)
    finally:
        idle.put(worker)
    return IsolatedResult(place, value, error)


class _Worker:
    """A process that makes one call after another; it is started again after it has died."""

    def __init__(self, function: Callable[[Any], Any], seconds: float) -> None:
        self._function = function
        self._seconds = seconds
        self._executor = SpawnedExecutor(1, quiet=True)
        self._has_ended = False

    def call(self, item: Any) -> tuple[Any, str]:
        """Return what the function returned, or why it did not."""
        future = self._executor.submit(_answer, self._function, item)
        try:
            answer: tuple[Any, str] = future.result(self._seconds)
            return answer
        except TimeoutError:
            self._executor.kill()
            error = f"it took more than {self._seconds:g} seconds"
        except BrokenProcessPool:
            error = f"its process {_end_of(self._executor.exit_code())}"
        if not self._has_ended:
            self._executor = SpawnedExecutor(1, quiet=True)
        return None, error

    def end(self) -> None:
        """Kill the process, perhaps while another thread waits for it."""
        self._has_ended = True
        self._executor.kill()


def _answer(function: Callable[[Any], Any], item: Any) -> tuple[Any, str]:
    """Call the function in another process."""
    try:
        return function(item), ""
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"


def _end_of(code: int) -> str:
    """Say how a process ended, by its exit code."""
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended with code {code}"
