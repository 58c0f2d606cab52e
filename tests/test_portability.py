"""What the package needs of the operating system."""

import ast
from pathlib import Path

import gennape

POSIX_ONLY = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios"}
"""Modules of Python that are not there on Windows."""


def _imported(path: Path) -> set[str]:
    """The first names of all modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_no_module_needs_a_posix_system() -> None:
    files = list(Path(str(gennape.__file__)).parent.rglob("*.py"))
    assert len(files) > 200
    assert {file.name: found for file in files if (found := _imported(file) & POSIX_ONLY)} == {}
