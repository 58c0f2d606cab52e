"""Calls in processes of their own: one that hangs, or takes its process down, harms no other.

`python -m gennape.utils.isolated package.module:function` is such a process: it reads one JSON
value a line, calls the function with it, and writes one line: `{"result": ...}` with plain JSON,
or `{"error": "..."}`. It needs no `if __name__ == "__main__"` in the program that started it.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from queue import SimpleQueue
from threading import Timer
from typing import Any

_MODULE = "gennape.utils.isolated"


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
    function: str, items: Sequence[Any], *, processes: int, seconds: float
) -> Generator[IsolatedResult, None, None]:
    """Call a function with each of some values, in other processes.

    Args:
        function: As `package.module:function`; it takes and returns plain JSON.
        items: Its arguments, plain JSON.
        processes: How many calls there may be at a time.
        seconds: Limit of one call, after which its process is killed.

    Yields:
        One result for each item, as they come.
    """
    idle: SimpleQueue[_Worker] = SimpleQueue()
    with ThreadPoolExecutor(processes) as threads, ExitStack() as stack:
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
        answer = worker.call(item)
    finally:
        idle.put(worker)
    return IsolatedResult(place, answer.get("result"), answer.get("error", ""))


class _Worker:
    """A process that makes one call after another; it is started again after it has died."""

    def __init__(self, function: str, seconds: float) -> None:
        self._command = [sys.executable, "-m", _MODULE, function]
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None
        self._has_ended = False

    def call(self, item: Any) -> dict[str, Any]:
        """Return what the process answers, or what became of it."""
        process = self._process = self._process or self._started()
        if self._has_ended:
            process.kill()
        timer = Timer(self._seconds, process.kill)
        timer.start()
        line = _exchanged(process, json.dumps(item))
        in_time = timer.is_alive()
        timer.cancel()
        if line.endswith("\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        self._process = None
        process.communicate()
        late = f"it took more than {self._seconds:g} seconds"
        return {"error": f"its process ended with code {process.returncode}" if in_time else late}

    def end(self) -> None:
        """Kill the process, perhaps while another thread waits for it."""
        self._has_ended = True
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )


def _exchanged(process: subprocess.Popen[str], line: str) -> str:
    """Send a line and wait for the answer; empty where the process has died."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(line + "\n")
        process.stdin.flush()
    except OSError:
        return ""
    return process.stdout.readline()


def _serve(name: str) -> None:
    """Answer until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends the others
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries may print
    module, _, attribute = name.partition(":")
    function = getattr(import_module(module), attribute)
    for line in sys.stdin:
        print(json.dumps(_answer(function, json.loads(line))), file=answers, flush=True)


def _answer(function: Callable[[Any], Any], item: Any) -> dict[str, Any]:
    try:
        return {"result": function(item)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    _serve(sys.argv[1])
