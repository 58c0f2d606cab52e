import math
import operator
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest

from gennape.utils.worker_pool import ProcessError, WorkerPool
from helpers.scripts import run_script

FUNCTIONS = """
import os
import time
from multiprocessing import parent_process

def process_of(seconds):
    time.sleep(seconds)
    return os.getpid()

def end_other(code):
    if parent_process() is not None:
        os._exit(code)
    time.sleep(1)
"""


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """A function of a module that other processes can import, by its name."""
    (tmp_path / "pool_functions.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(tmp_path)

    def get(name: str) -> object:
        import pool_functions  # type: ignore[import-not-found]

        return getattr(pool_functions, name)

    return get


def test_one_process_does_everything() -> None:
    with WorkerPool() as alone:
        assert alone.split([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
        assert alone.split([], 2) == []
        assert list(alone.map(operator.neg, [1, 2, 3])) == [-1, -2, -3]


def test_results_come_in_the_order_of_the_pieces(pair: WorkerPool) -> None:
    assert pair.split([1, 2, 3], 10) == [[1, 2], [3]]
    assert list(pair.map(operator.neg, range(100))) == [-i for i in range(100)]
    assert list(pair.map(operator.neg, [6])) == [-6]
    assert list(pair.map(operator.inv, [1, 2])) == [-2, -3]
    assert list(pair.map(operator.neg, [])) == []


def test_both_processes_work(
    function: Callable[[str], Callable[[float], int]], pair: WorkerPool
) -> None:
    """Each takes what is left; the one with a long piece takes fewer."""
    processes = list(pair.map(function("process_of"), [0.5, *[0.02] * 50]))
    assert len({*processes}) == 2
    assert os.getpid() in processes


def test_others_are_started_when_there_is_enough_to_do() -> None:
    with WorkerPool(2, start_after=3) as processes:
        list(processes.map(operator.neg, [1, 2, 3]))
        assert processes._executor is None
        list(processes.map(operator.neg, [4]))
        assert processes._executor is not None


def test_an_error_of_the_other_process_is_raised_here(pair: WorkerPool) -> None:
    with pytest.raises(ValueError, match="math domain error"):
        list(pair.map(math.sqrt, [-1.0, 1.0, 4.0]))
    assert list(pair.map(operator.neg, [1, 2])) == [-1, -2]


def test_results_that_nobody_took_are_not_those_of_the_next_pieces(pair: WorkerPool) -> None:
    assert next(pair.map(math.sqrt, [1.0, 4.0, 9.0, 16.0])) == 1.0
    assert list(pair.map(operator.neg, [1, 2, 3, 4])) == [-1, -2, -3, -4]


def test_the_end_of_the_other_process_is_told_once(
    function: Callable[[str], Callable[[int], None]], pair: WorkerPool
) -> None:
    with pytest.raises(ProcessError, match="ended with code 3"):
        list(pair.map(function("end_other"), [3] * 3))
    assert list(pair.map(operator.neg, [1, 2])) == [-1, -2]


def test_what_cannot_be_sent_is_done_here(pair: WorkerPool) -> None:
    secret = os.getpid()
    assert list(pair.map(lambda number: number + secret, [1, 2])) == [1 + secret, 2 + secret]


def test_functions_that_are_kept_are_bounded(pair: WorkerPool) -> None:
    for step in range(10):
        assert list(pair.map(partial(operator.add, step), [1, 2])) == [1 + step, 2 + step]
    assert len(pair._pickled) == 4


def test_a_script_needs_no_guard_and_runs_once(tmp_path: Path) -> None:
    """Functions of modules are shared, those of the script itself are applied in its process."""
    script = tmp_path / "unguarded.py"
    script.write_text(
        "import operator, os, time\n"
        "from gennape.utils.worker_pool import WorkerPool\n"
        "print('once')\n"
        "def own(number):\n"
        "    return os.getpid()\n"
        "with WorkerPool(2, start_after=0) as pool:\n"
        "    while not pool.is_ready():\n"
        "        time.sleep(0.01)\n"
        "    print(list(pool.map(operator.neg, [1, 2, 3])))\n"
        "    print({*pool.map(own, [1, 2, 3])} == {os.getpid()})\n"
    )
    done = run_script(script)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["once", "[-1, -2, -3]", "True"]


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_others_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(
        "import os\n"
        "from gennape.utils.processes import SpawnedExecutor\n"
        "executor = SpawnedExecutor(1)\n"
        "print(executor.submit(os.getpid).result(), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = run_script(script)
    other = int(done.stdout)
    end = monotonic() + 60
    while _is_alive(other):
        assert monotonic() < end, "the other process lives on"
        sleep(0.05)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
