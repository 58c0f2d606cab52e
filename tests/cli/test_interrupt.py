"""Ctrl-C and closed pipes: one sentence at most, and a status that says what happened."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest
from typer.testing import Result

import gennape

Run = Callable[..., Result]
GENNAPE = (sys.executable, "-m", "gennape")


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def _gennape_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder of modules."""
    environment = {**os.environ, "PYTHONPATH": str(Path(gennape.__file__).parents[1])}
    return subprocess.run(
        [*GENNAPE, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_a_short_command_says_that_it_begins_anew(
    run: Run, onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gennape.score", _interrupt, raising=False)
    result = run("score", onnx_file)
    assert result.exit_code == 130
    assert result.stderr == "gennape: stopped; the same command begins anew\n"


def test_a_long_command_says_that_it_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gennape.labelling.load_recipe", _interrupt)
    result = run("label", "nasbench201", "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert result.stderr == "gennape: stopped; the same command goes on where it was\n"


def test_an_interrupted_search_with_workers_goes_on(tmp_path: Path) -> None:
    options = ("--out", str(tmp_path / "out"), "--workers", "2", "--algorithm", "random")
    command = [*GENNAPE, "search", "nasbench201", *options, "--budget"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen([*command, "20000"], start_new_session=True, **pipes)
    journal = tmp_path / "out" / "journal.jsonl"
    for _ in range(600):
        if journal.exists() and journal.stat().st_size > 1000:
            break
        sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "gennape: stopped; the same command goes on where it was"
    assert "Traceback" not in said


def test_an_interrupt_that_a_library_swallows_comes_again(tmp_path: Path) -> None:
    (tmp_path / "swallowing.py").write_text(
        "import os, signal, time\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(60)\n"
        "except BaseException:\n    pass\n"
        "time.sleep(600)\n"
    )
    result = _gennape_in(tmp_path, "score", "swallowing:make", "--input", "3x8x8")
    assert result.returncode == 130
    assert result.stderr == "gennape: stopped; the same command begins anew\n"


def test_an_interrupt_while_names_are_awaited(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*GENNAPE, "score", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    sleep(5)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == "gennape: stopped; the same command begins anew\n"


def test_a_reader_that_has_seen_enough_ends_the_command_silently(onnx_file: Path) -> None:
    command = [*GENNAPE, "score", str(onnx_file), "--format", "json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 1


def test_an_interrupt_while_something_is_imported_has_the_same_status(tmp_path: Path) -> None:
    """`exec` of a text, as dataclasses do it, lets CPython end by the signal unless it is kept."""
    (tmp_path / "interrupted.py").write_text("exec('raise KeyboardInterrupt')\n")
    result = _gennape_in(tmp_path, "score", "interrupted:make", "--input", "3x8x8")
    assert result.returncode == 130
    assert result.stderr == "gennape: stopped; the same command begins anew\n"


def test_an_interrupt_before_a_command_begins_is_said() -> None:
    code = (
        "import sys\n"
        "from gennape import __main__, cli\n"
        "def stop() -> None:\n"
        "    raise KeyboardInterrupt\n"
        "cli.app.registered_callback.callback = stop\n"
        "sys.argv = ['gennape', 'families']\n"
        "__main__.main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(gennape.__file__).parents[1])}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 130
    assert result.stderr == "gennape: stopped; the same command begins anew\n"
