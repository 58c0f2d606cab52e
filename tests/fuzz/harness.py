"""Reads mutated files in processes with limits, and says what became of each.

A `FuzzTarget` names a reader, the files that are mutated and how. Mutant `n` of a target is the
same in every run. `FuzzPool` reads mutants: a file that hangs or ends its process harms no other.

    with FuzzPool(processes=2) as pool:
        trials = list(pool.run(target, range(200)))
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from threading import Timer, local
from typing import Any, Self

from fuzz.mutations import Mutation
from fuzz.outcomes import RIGHT, Outcome

SECONDS = 10
"""Of the processor, for one file."""
_WAIT, _START = 300, 900
"""Seconds after which a process that does nothing hangs; the second while it reads good files."""
_FEWER = 5
"""Times as many mutants are read of most targets as of those that train."""
_TESTS = Path(__file__).parents[1]
_KILLED_BY_CLOCK = -signal.SIGXCPU


@dataclass(frozen=True)
class FuzzTarget:
    """A reader and the files to try it on.

    Attributes:
        name: In tables.
        reader: As `package.module:function`; takes a path, and returns the numbers that were
            read or computed, or None where there are none.
        write_seeds: Writes good files, or folders of files, into a folder and returns their
            paths; the reader reads each of them without an error.
        mutations: How files are changed.
        suffixes: Of a folder's files that are changed; all unless given.
        is_slow: Whether something is trained on each of them, so that fewer are read.
    """

    name: str
    reader: str
    write_seeds: Callable[[Path], Iterable[Path]]
    mutations: tuple[Mutation, ...]
    suffixes: tuple[str, ...] = ()
    is_slow: bool = False

    def mutants(self, usual: int) -> int:
        """Return how many mutants are read, where it is so many of most targets."""
        return -(-usual // _FEWER) if self.is_slow else usual


@dataclass(frozen=True)
class Trial:
    """What became of one mutant.

    Attributes:
        target: Name of the target.
        number: Of the mutant.
        seed: Name of the file that it was made of.
        outcome: What became of it.
        detail: The error, or what was seen.
    """

    target: str
    number: int
    seed: str
    outcome: Outcome
    detail: str

    @property
    def is_right(self) -> bool:
        """Whether the file was read, or refused in one sentence."""
        return self.outcome in RIGHT


class FuzzPool:
    """Processes that read mutants, and a folder for these.

    Args:
        processes: How many files are read at a time.
        keep: Folder for the mutants that were not read right; none are kept unless given.
    """

    def __init__(self, processes: int = 1, keep: Path | None = None) -> None:
        self._processes = processes
        self._keep = keep
        self._folder = Path(mkdtemp(prefix="fuzz-"))
        self._threads = ThreadPoolExecutor(processes)
        self._workers: list[_Worker] = []
        self._own = local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, target: FuzzTarget, numbers: Iterable[int]) -> Iterator[Trial]:
        """Read mutants of a target.

        Args:
            target: The target.
            numbers: Which mutants.

        Yields:
            What became of each, in their order.
        """
        folder = self._folder / "seeds" / target.name.replace(" ", "_")
        if not folder.exists():
            folder.mkdir(parents=True)
            for seed in target.write_seeds(folder):
                assert folder in seed.parents, seed
        seeds = sorted(folder.iterdir())
        yield from self._threads.map(lambda number: self._try(target, seeds, number), numbers)

    def _try(self, target: FuzzTarget, seeds: list[Path], number: int) -> Trial:
        random = Random(f"{target.name}/{number}")
        seed = random.choice(seeds)
        folder = self._folder / "mutants" / f"{target.name.replace(' ', '_')}-{number}"
        path = write_mutant(target, seed, folder, random)
        answer = self._worker().read(target.reader, seeds, path, folder)
        trial = Trial(target.name, number, seed.name, *answer)
        if self._keep is not None and not trial.is_right:
            kept = self._keep / trial.outcome.replace(" ", "_") / folder.name
            shutil.copytree(folder, kept, dirs_exist_ok=True)
        shutil.rmtree(folder)
        return trial

    def _worker(self) -> "_Worker":
        """Return the process of this thread."""
        if not hasattr(self._own, "worker"):
            self._own.worker = _Worker(Path(mkdtemp(prefix="scratch-", dir=self._folder)))
            self._workers.append(self._own.worker)
        worker: _Worker = self._own.worker
        return worker


def write_mutant(target: FuzzTarget, seed: Path, folder: Path, random: Random) -> Path:
    """Write a changed copy of a file, or of a folder with one changed file.

    Args:
        target: Says how it is changed.
        seed: The good file or folder.
        folder: For the copy; made here.
        random: Source of chance.

    Returns:
        Path of the copy, of the seed's name.
    """
    path = folder / seed.name
    folder.mkdir(parents=True)
    if not seed.is_dir():
        path.write_bytes(random.choice(target.mutations)(seed.read_bytes(), random))
        return path
    shutil.copytree(seed, path)
    files = [file for file in sorted(path.rglob("*")) if file.is_file()]
    file = random.choice([one for one in files if one.name.endswith(target.suffixes or "")])
    file.write_bytes(random.choice(target.mutations)(file.read_bytes(), random))
    return path


class _Worker:
    """A process of `fuzz.worker`, started again after it has ended."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._process: subprocess.Popen[str] | None = None
        self._warm: set[str] = set()

    def read(self, reader: str, seeds: list[Path], path: Path, folder: Path) -> tuple[Outcome, str]:
        """Have a file read; before the first one of a reader, the seeds without limits."""
        if self._process is None:
            self._process, self._warm = self._started(), set()
        if reader not in self._warm:
            for seed in seeds:
                answer = self._ask({"reader": reader, "warm": str(self._copy(seed))}, _START)
                if answer[0] is not Outcome.READ:
                    raise AssertionError(f"the seed {seed.name} of {reader}: {answer[1]}")
            self._warm.add(reader)
        asked = {"reader": reader, "path": str(path), "folder": str(folder), "seconds": SECONDS}
        return self._ask(asked, _WAIT)

    def end(self) -> None:
        """Kill the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _copy(self, seed: Path) -> Path:
        """Copy a good file or folder, as work that goes on in a folder changes it."""
        folder = Path(mkdtemp(dir=self._scratch))
        return Path((shutil.copytree if seed.is_dir() else shutil.copy)(seed, folder / seed.name))

    def _ask(self, request: dict[str, Any], seconds: float) -> tuple[Outcome, str]:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        clock = Timer(seconds, process.kill)
        clock.start()
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        in_time = clock.is_alive()
        clock.cancel()
        if line.endswith("\n"):
            answer = json.loads(line)
            return Outcome(answer["outcome"]), answer["detail"]
        process.communicate()
        self._process = None
        if not in_time or process.returncode == _KILLED_BY_CLOCK:
            return Outcome.HANG, f"more than {SECONDS} seconds"
        return Outcome.ABORT, f"code {process.returncode}: {self._last_words()}"

    def _started(self) -> subprocess.Popen[str]:
        with (self._scratch / "stderr.txt").open("w") as errors:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "fuzz.worker", str(self._scratch)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
                env=os.environ
                | {
                    "PYTHONPATH": os.pathsep.join([str(_TESTS), *filter(None, sys.path)]),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "OMP_NUM_THREADS": "1",
                    "ARROW_DEFAULT_MEMORY_POOL": "system",  # others reserve gigabytes at once
                    "MALLOC_ARENA_MAX": "1",
                    "TMPDIR": str(self._scratch),
                    "HOME": str(self._scratch),
                    "TORCHINDUCTOR_CACHE_DIR": str(self._scratch),
                    "GENNAPE_CACHE": str(self._scratch / "cache"),
                },
                cwd=self._scratch,
            )

    def _last_words(self) -> str:
        return (self._scratch / "stderr.txt").read_text(errors="replace")[-500:]
