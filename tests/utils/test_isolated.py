import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gennape.utils.isolated import IsolatedResult, run_isolated

FUNCTIONS = """
import os
import time

def answer(item):
    print("what libraries print is no answer")
    if item == "raise":
        raise KeyError("width")
    if item == "abort":
        os._exit(3)
    if item == "hang":
        time.sleep(600)
    return [item, os.getpid()]
"""
ANSWER = "isolated_functions:answer"


@pytest.fixture(autouse=True)
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "isolated_functions.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(tmp_path)


def run(items: list[Any], processes: int = 1, seconds: float = 60) -> list[IsolatedResult]:
    results = list(run_isolated(ANSWER, items, processes=processes, seconds=seconds))
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
    _, hung, after = run(["a", "hang", "c"], seconds=3)
    assert hung.error == "it took more than 3 seconds"
    assert after.value[0] == "c"


def test_a_function_that_is_not_there() -> None:
    (result,) = run_isolated("isolated_functions:no", ["a"], processes=1, seconds=60)
    assert result.error == "its process ended with code 1"


def test_processes_end_with_the_caller() -> None:
    started = time.monotonic()
    with closing(run_isolated(ANSWER, ["a", "hang"], processes=2, seconds=600)) as results:
        next(results)
    assert time.monotonic() - started < 60


def test_the_program_needs_no_guard(tmp_path: Path) -> None:
    program = (
        "from gennape.utils.isolated import run_isolated\n"
        f"print([r.value[0] for r in run_isolated({ANSWER!r}, ['a'], processes=1, seconds=60)])"
    )
    done = subprocess.run(
        [sys.executable, "-"],
        input=program,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    assert done.stdout == "['a']\n"
