"""Output in narrow terminals, in ASCII and with names in any script."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

import gennape
from helpers.small_networks import small_onnx

HIAML = "hiaml:a22-src0-t31-z"
PIT = "vitbench_pit:w40m6-d2h2-d4h2-d2h2"
NAMES = ("日本語のモデル.onnx", "نموذج.onnx", "🦊🦊.onnx", "модель.onnx", "plain.onnx")

_SETTINGS = {
    "PYTHONIOENCODING": "utf-8",
    "PYTHONPATH": str(Path(gennape.__file__).parents[1]),
}


def _run(
    *arguments: object, cwd: Path | None = None, stdout: Any = subprocess.PIPE, **settings: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gennape", *map(str, arguments)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        cwd=cwd,
        env={**os.environ, **_SETTINGS, **settings},
        timeout=300,
    )


def _gennape(*arguments: object, cwd: Path | None = None, **settings: str) -> str:
    """What a command prints; both streams can say what `settings` state."""
    result = _run(*arguments, cwd=cwd, **settings)
    assert result.returncode == 0, result.stderr.decode()
    assert b"Traceback" not in result.stderr
    return result.stdout.decode(settings.get("PYTHONIOENCODING", "utf-8"))


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize(
    "command",
    [
        ("score", HIAML, PIT),
        ("explain", HIAML),
        ("graph", HIAML),
        ("families",),
        ("proxy", "nasbench101:c3/01-12", "--proxy", "macs,depth"),
    ],
)
def test_a_narrow_terminal_shows_names_whole(command: tuple[str, ...], columns: int) -> None:
    text = _gennape(*command, COLUMNS=str(columns))
    assert max(map(cell_len, text.splitlines())) <= columns
    named = () if command[0] in ("graph", "families") else command[1:2]
    assert all(name in text for name in named)


def test_families_are_listed_in_short_lines_and_large_numbers_as_powers() -> None:
    lines = _gennape("families").splitlines()
    assert max(map(len, lines)) <= 100
    (inception,) = (line.split() for line in lines if line.startswith("inception"))
    assert inception[1] == "1.4e54"


@pytest.mark.parametrize(
    "command",
    [("--help",), ("families",), ("explain", HIAML), ("graph", HIAML), ("score", "--help")],
)
@pytest.mark.parametrize(
    "settings",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"},
    ],
)
def test_ascii_is_enough(command: tuple[str, ...], settings: dict[str, str]) -> None:
    assert _gennape(*command, **settings).isascii()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name in NAMES:
        (folder / name).write_bytes(small_onnx())
    return folder


def test_names_in_any_script_keep_columns_aligned(folder: Path) -> None:
    lines = _gennape("score", *NAMES, cwd=folder).splitlines()
    heading, rule, *rows = lines[:7]
    place = cell_len(heading[: heading.index("Score")]) + len("Score")
    for name in NAMES:
        (row,) = (row for row in rows if row.startswith(name))
        (cell,) = (cell for cell in row.split() if cell[0] in "+-" and "." in cell)
        assert cell_len(row[: row.index(cell)]) + len(cell) == place
        assert cell_len(row) <= cell_len(rule)


def test_names_in_any_script_can_be_told_in_ascii(folder: Path) -> None:
    text = _gennape("score", *NAMES, cwd=folder, PYTHONIOENCODING="ascii")
    assert "\\u65e5\\u672c" in text
    assert len({len(line) for line in text.splitlines()[1:7]}) == 1


def test_a_name_cannot_steer_the_terminal_and_need_be_no_text(tmp_path: Path) -> None:
    names = ("\x1b[31mred.onnx", "new\nline.onnx", os.fsdecode(b"caf\xe9.onnx"))
    for name in names:
        (tmp_path / name).write_bytes(small_onnx())
    text = _gennape("score", *names, cwd=tmp_path)
    assert "\x1b" not in text
    assert all(shown in text for shown in ("\\x1b[31mred", "new\\x0aline", "caf\\udce9"))
    _gennape("graph", names[2], "--draw", "x.svg", "--json", "x.json", cwd=tmp_path)
    assert "caf\\udce9" in (tmp_path / "x.svg").read_text(encoding="utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="it stands for a full disk")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [("--version",), ("--help",), ("score", HIAML), ("families",)])
def test_a_full_standard_output_is_said_in_one_sentence(
    command: tuple[str, ...], unbuffered: str
) -> None:
    with Path("/dev/full").open("w") as full:
        result = _run(*command, stdout=full, PYTHONUNBUFFERED=unbuffered)
    said = result.stderr.decode()
    assert result.returncode == 1
    assert said == (
        "gennape: standard output cannot be written (No space left on device); make room and "
        "start again\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a shell closes the stream")
def test_a_closed_standard_output_is_no_error() -> None:
    shell = f"exec {shlex.quote(sys.executable)} -m gennape score {HIAML} >&-"
    result = subprocess.run(
        ["sh", "-c", shell], capture_output=True, check=False, env={**os.environ, **_SETTINGS}
    )
    assert (result.returncode, result.stderr) == (0, b"")
