"""Process that reads mutants one after another, with limits of time and memory.

`python -m fuzz.worker SCRATCH` answers each line of JSON, `{"reader": "package.module:function",
"path": ..., "folder": ..., "seconds": ...}`, with one: `{"outcome": ..., "detail": ...}`. One that
hangs or aborts takes the process down, and `fuzz.harness` starts another. `{"reader": ..., "warm":
PATH}` reads a good file without limits, so that they count from what a reader needs anyway.
"""

import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from fuzz import watch
from fuzz.outcomes import Outcome
from gennape.utils.errors import GennapeError

_MEMORY = 1 << 30
_LONGEST = 2_000
_KIB = 1 << 10

Answer = tuple[Outcome, str]


def attempt(request: dict[str, Any], scratch: Path) -> Answer:
    """Read a file and judge what came of it."""
    module, _, name = request["reader"].partition(":")
    reader: Callable[[Path], Any] = getattr(import_module(module), name)
    if "warm" in request:
        return _read(reader, Path(request["warm"]))
    path, folder = Path(request["path"]), Path(request["folder"])
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    before = _status("VmRSS")
    _reset_peak()
    with watch.watching(folder, scratch) as seen, _limits(size, request["seconds"]):
        outcome, detail = _read(reader, path)
    if seen.executed:
        return Outcome.EXECUTED, "; ".join(seen.executed)[:_LONGEST]
    if seen.touched:
        return Outcome.TOUCHED, "; ".join(seen.touched)[:_LONGEST]
    grown = (_status("VmHWM") - before) * _KIB
    if grown > _MEMORY + size:
        return Outcome.MEMORY, f"{grown:,} bytes for a file of {size:,}"
    return outcome, detail


def _read(reader: Callable[[Path], Any], path: Path) -> Answer:
    try:
        found = reader(path)
    except BaseException as error:
        return _judged(error, path)
    numbers = np.asarray([] if found is None else found, dtype=np.float64)
    if not np.isfinite(numbers).all():
        return Outcome.NON_FINITE, str(numbers.tolist())[:_LONGEST]
    return Outcome.READ, ""


def _judged(error: BaseException, path: Path) -> Answer:
    """Judge an error: clean ones are of gennape, have one line and name the file."""
    chain = list(_chain(error))
    if any(isinstance(one, MemoryError) for one in chain):
        return Outcome.MEMORY, "".join(traceback.format_exception(error))[-_LONGEST:]
    if not isinstance(error, GennapeError):
        return Outcome.TRACEBACK, "".join(traceback.format_exception(error))[-_LONGEST:]
    text = str(error)
    is_clean = path.name in text and text.isprintable() and len(text) <= _LONGEST
    if is_clean:
        return Outcome.CLEAN_ERROR, text
    cause = "".join(traceback.format_exception(chain[-1]))[-_LONGEST:]
    return Outcome.UNCLEAR_ERROR, f"{text[:_LONGEST]!r} of {cause}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


@contextmanager
def _limits(size: int, seconds: int) -> Iterator[None]:
    """Limit the memory beyond what the process has, and the time of the processor."""
    memory = resource.getrlimit(resource.RLIMIT_AS)
    clock = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, clock[1]))
    resource.setrlimit(resource.RLIMIT_AS, (_status("VmSize") * _KIB + _MEMORY + size, memory[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, memory)
        resource.setrlimit(resource.RLIMIT_CPU, clock)


def _status(field: str) -> int:
    """Return a count of kibibytes of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    raise LookupError(field)


def _reset_peak() -> None:
    """Forget the most memory that this process has had."""
    Path("/proc/self/clear_refs").write_text("5")


def _serve(scratch: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    watch.install()
    for line in sys.stdin:
        outcome, detail = attempt(json.loads(line), scratch)
        print(json.dumps({"outcome": outcome, "detail": detail}), file=answers, flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
