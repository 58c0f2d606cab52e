import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gennape.utils.isolated import IsolatedResult, run_isolated
from helpers.scripts import run_script

FUNCTIONS = """
import os
import time

def answer(item):
    print("what libraries print is no answer")
    if item == "raise":
        raise KeyError("width")
    if item == "abort":
        os._exit(3)
    if item == "crash":
        os.abort()
    if item == "hang":
        time.sleep(600)
    return [item, os.getpid()]
"""


@pytest.fixture(autouse=True)
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "isolated_functions.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(tmp_path)


def answer() -> Callable[[Any], Any]:
    import isolated_functions  # type: ignore[import-not-found]

    function: Callable[[Any], Any] = isolated_functions.answer
    return function


def run(items: list[Any], processes: int = 1, seconds: float = 60) -> list[IsolatedResult]:
    results = list(run_isolated(answer(), items, processes=processes, seconds=seconds))
    return sorted(results, key=lambda result: result.item)


def test_one_process_makes_one_call_after_another() -> None:
    results = run(["a", {"ü": [1, None]}, "c"])
    assert [result.value[0] for result in results] == ["a", {"ü": [1, None]}, "c"]
    processes = {result.value[1] for result in results}
    assert len(processes) == 1
    assert os.getpid() not in processes


def test_nothing_to_do() -> None:
    assert run([]) == []


def test_a_call_that_fails_harms_no_other() -> None:
    before, raised, between, aborted, after = run(["a", "raise", "b", "abort", "c"])
    assert raised == IsolatedResult(1, error="KeyError: 'width'")
    assert aborted == IsolatedResult(3, error="its process ended with code 3")
    assert before.value[1] == between.value[1] != after.value[1]


def test_a_call_that_hangs_harms_no_other() -> None:
    _, hung, after = run(["a", "hang", "c"], seconds=10)
    assert hung.error == "it took more than 10 seconds"
    assert after.value[0] == "c"


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
def test_a_call_that_a_signal_ends() -> None:
    (result,) = run(["crash"])
    assert result.error == "its process was ended by SIGABRT"


def test_processes_end_with_the_caller() -> None:
    started = time.monotonic()
    with closing(run_isolated(answer(), ["a", "hang"], processes=2, seconds=600)) as results:
        next(results)
    assert time.monotonic() - started < 60


def test_the_program_needs_no_guard(tmp_path: Path) -> None:
    program = tmp_path / "unguarded.py"
    program.write_text(
        "from isolated_functions import answer\n"
        "from gennape.utils.isolated import run_isolated\n"
        "print([r.value[0] for r in run_isolated(answer, ['a'], processes=1, seconds=60)])\n"
    )
    done = run_script(program)
    done.check_returncode()
    assert (done.stdout, done.stderr) == ("['a']\n", "")
