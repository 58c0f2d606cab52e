import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner

from gennape.cli import app


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == f"gennape {version('gennape')}\n"


def test_help_names_every_command() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    commands = ("score", "graph", "rank", "pretrain", "fine-tune", "proxy ", "proxy-pool")
    for command in (*commands, "families", "import", "evaluate"):
        assert command in result.stdout


def test_help_and_version_do_not_import_torch() -> None:
    code = (
        "import sys\n"
        "from gennape.cli import app\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "assert CliRunner().invoke(app, ['score', '--help']).exit_code == 0\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_families_lists_names_sizes_and_an_example() -> None:
    result = CliRunner().invoke(app, ["families"])
    assert result.exit_code == 0
    assert "nasbench101" in result.stdout
    assert "423,624" in result.stdout
    assert "nasbench201:" in result.stdout


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    """What `gennape families` prints where it fails."""

    def names() -> NoReturn:
        raise error

    monkeypatch.setattr("gennape.spaces.names", names)
    result = CliRunner().invoke(app, [*options, "families"])
    assert result.exit_code == 1
    return result.stderr


def test_what_is_unforeseen_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    said = fail_with(KeyError("width"), monkeypatch)
    assert said.startswith("gennape: an unforeseen error (KeyError: 'width'); `gennape --debug ")
    assert said.count("\n") == 1


def test_debug_shows_where_an_error_and_its_cause_arose(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ValueError("it is no table")
    error.__cause__ = IndexError("seven")
    said = fail_with(error, monkeypatch, "--debug")
    assert "Traceback" in said
    assert "IndexError: seven" in said
    assert said.endswith("\ngennape: it is no table\n")
    assert "Traceback" not in fail_with(error, monkeypatch)


@pytest.mark.parametrize("count", [1, 2])
def test_debug_shows_the_causes_of_what_is_wrong_with_files(count: int, tmp_path: Path) -> None:
    """Two files are read in processes of their own."""
    files = [str(tmp_path / f"{number}.onnx") for number in range(count)]
    for file in files:
        Path(file).write_bytes(b"no network")
    command = [sys.executable, "-m", "gennape"]
    quiet, debugged = (
        subprocess.run(
            [*command, *options, "score", *files], capture_output=True, text=True, check=False
        ).stderr
        for options in ([], ["--debug"])
    )
    assert "Traceback" not in quiet
    assert debugged.count("Traceback (most recent call last)") >= count
    assert all(line in debugged for line in quiet.splitlines())


def test_code_that_ends_the_program_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ended the program (status 0)" in fail_with(SystemExit(0), monkeypatch)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gennape sc", "score"),
        ("gennape score --estimator nas", "nasbench101"),
        ("gennape score --recipe mo", "modern"),
        ("gennape score --dataset cifar", "cifar100"),
        ("gennape rank trans", "transnas_macro"),
    ],
)
def test_a_shell_completes_commands_options_and_names(words: str, expected: str) -> None:
    settings = {
        "_GENNAPE_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    result = CliRunner().invoke(app, [], prog_name="gennape", env=settings)
    assert expected in result.stdout.split()


def test_python_runs_the_package() -> None:
    command = [sys.executable, "-m", "gennape", "--version"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == f"gennape {version('gennape')}\n"
