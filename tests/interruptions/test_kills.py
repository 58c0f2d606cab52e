"""Work that is killed at any moment goes on to the same result, and leaves no half-written file."""

import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from helpers.long_work import WORK

KILLS = 50
_SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


@cache
def uninterrupted(kind: str) -> tuple[Any, float]:
    """What comes of the work, and the seconds that it takes."""
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        found = WORK[kind](Path(folder) / "out")
        return found, time.perf_counter() - start


def started(kind: str, folder: Path) -> subprocess.Popen[str]:
    """Start the work in another process, and wait until it begins."""
    path = os.pathsep.join(os.path.abspath(entry) for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.long_work", kind, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    return process


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the last line")
@pytest.mark.parametrize("number", range(KILLS))
def test_killed_work_goes_on(number: int, tmp_path: Path) -> None:
    random = Random(number)
    kind = list(WORK)[number % len(WORK)]
    expected, seconds = uninterrupted(kind)
    folder = tmp_path / "out"
    for _ in range(random.choice((1, 1, 2))):
        process = started(kind, folder)
        time.sleep(random.uniform(0, 1.2 * seconds))
        process.send_signal(random.choice(_SIGNALS))
        process.communicate()
    if sys.platform == "linux":
        assert not list(tmp_path.rglob("*.partial"))
    assert WORK[kind](folder) == expected


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["label", "import"])
def test_two_processes_at_once(kind: str, tmp_path: Path) -> None:
    """Both end well, with the result of one."""
    WORK["import"](tmp_path / "out") if kind == "import" else None
    processes = [started(kind, tmp_path / "out") for _ in range(2)]
    assert [process.communicate()[0] for process in processes] == ["end\n"] * 2
    assert WORK[kind](tmp_path / "out") == uninterrupted(kind)[0]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["search", "proxies", "pretrain", "transfer"])
def test_a_second_process_is_refused(kind: str, tmp_path: Path) -> None:
    """One of them does the work, and the other says so or finds it done."""
    processes = [started(kind, tmp_path / "out") for _ in range(2)]
    ends = [process.communicate()[0] for process in processes]
    assert "end\n" in ends
    assert WORK[kind](tmp_path / "out") == uninterrupted(kind)[0]
