"""Other processes of this machine, by `concurrent.futures`.

They are spawned, for threads do not survive a fork. They import what they are sent, but not the
script that started them: nothing of it runs twice, it needs no `if __name__ == "__main__":`, and
what it defines itself cannot be sent to them.
"""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Lock, Thread
from types import ModuleType
from typing import Any

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Environment of the processes, which share the processors."""


class SpawnedExecutor(ProcessPoolExecutor):
    """Executor whose processes can be killed, and end with this process, however it ends.

    Args:
        processes: How many.
        quiet: Whether what they print is dropped.
    """

    def __init__(self, processes: int, *, quiet: bool = False) -> None:
        self._context = _Context()
        self._ending = Lock()
        super().__init__(processes, self._context, _begin, (quiet,))

    def kill(self) -> None:
        """End the processes at once; what they still had to do raises `BrokenProcessPool`."""
        for process in self._context.started:
            if process.is_alive():
                process.kill()
        self.shutdown(cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As of any executor, but several threads may call it."""
        with self._ending:
            super().shutdown(wait, cancel_futures=cancel_futures)

    def exit_code(self) -> int:
        """Return the code of the first process that ended unexpectedly, negative for a signal."""
        self.shutdown(cancel_futures=True)
        codes = [process.exitcode or 0 for process in self._context.started]
        return next((code for code in codes if code not in (0, -signal.SIGTERM)), 0)


@cache
def can_start() -> bool:
    """Tell whether this machine starts processes that share locks; some sandboxes do not."""
    try:
        SpawnedExecutor(1).shutdown()
    except (ImportError, NotImplementedError, OSError):
        return False
    return True


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Process(SpawnProcess):
    """Process that does not import the main module, and that Ctrl-C does not reach."""

    def start(self) -> None:
        with _hidden_main(), _blocked_interrupts(), _environment(_ONE_THREAD):
            super().start()


class _Context(SpawnContext):
    """Context that keeps what it starts."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[SpawnProcess] = []

    def Process(self, *args: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]
        self.started.append(_Process(*args, **options))
        return self.started[-1]


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Put an empty main module in the place of the script's."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _blocked_interrupts() -> Iterator[None]:
    """Block Ctrl-C, as what is started inherits: this process ends the others."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables, as what is started inherits."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin(quiet: bool) -> None:
    """Prepare a new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    if quiet:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)


def _end_with_parent() -> None:
    """End this process when the one that started it has ended, though it was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
