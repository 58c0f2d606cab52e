"""Watches what a process does while it reads a file, by Python's audit events."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from fuzz import canary
from gennape.utils import optional_imports

_PROCESSES = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty")
_NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "webbrowser.open")
_NATIVE = ("ctypes.dlopen",)
_CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod")
_OWN_PROCESSES = ("-m", "gennape.utils.isolated")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LIBRARIES = ("timm", "torchvision", "pytorchcv", "PIL", "torch")
"""What a file may name, see SECURITY.md, what reads images, and what runs networks."""
_EVALUATING = ("sympy_parser.py", "sympify.py")
"""Files of libraries that run texts which they are given; others run texts of their own."""

_STANDARD = (os.path.realpath(sysconfig.get_path("stdlib")),)
_READABLE = tuple(
    {
        *(os.path.realpath(path) for path in sys.path if path),
        *(os.path.realpath(path) for path in sysconfig.get_paths().values()),
        *(os.path.realpath(path) for path in (sys.prefix, sys.base_prefix)),
        *("/usr", "/lib", "/etc", "/proc", "/sys", "/dev"),
    }
)


@dataclass
class Watch:
    """What was seen.

    Attributes:
        folders: Where files may be read and written.
        touched: Files and folders elsewhere that were written, or read that hold no code.
        executed: What was run on behalf of a file.
    """

    folders: tuple[str, ...]
    touched: list[str] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)

    def event(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Judge an audit event."""
        if name == "open":
            self._open(*arguments)
        elif name in _CHANGES:
            for path in arguments[:2]:
                if isinstance(path, str | bytes | os.PathLike) and not self._is_own(path):
                    self.touched.append(f"{name} {os.fsdecode(path)}")
        elif name == "subprocess.Popen":
            if tuple(map(str, arguments[1][1:3])) != _OWN_PROCESSES:
                self.executed.append(f"{name} {arguments[1]}")
        elif name in (*_PROCESSES, *_NETWORK):
            self.executed.append(f"{name} {arguments}")
        elif name in _NATIVE:
            if arguments[0] is not None and not _is_below(arguments[0], _READABLE):
                self.executed.append(f"{name} {arguments}")
        elif name == "exec" and isinstance(arguments[0], CodeType):
            self._exec(arguments[0])

    def _open(self, path: Any, mode: Any, flags: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike) or self._is_own(path):
            return
        writes = bool(set(mode or "") & set("wax+")) or bool((flags or 0) & _WRITES)
        if (writes and os.fspath(path) != os.devnull) or not _is_below(path, _READABLE):
            self.touched.append(f"{'write' if writes else 'read'} {os.fsdecode(path)}")

    def _exec(self, code: CodeType) -> None:
        """Refuse text that is run, unless it is that of Python's own tools or a module's."""
        name = code.co_filename
        if name.startswith("<frozen") or (name[0] != "<" and _is_below(name, _READABLE)):
            return
        caller = sys._getframe(3).f_code.co_filename
        is_library = f"{os.sep}site-packages{os.sep}" in caller or _is_below(caller, _STANDARD)
        if not is_library or caller.endswith(_EVALUATING):
            self.executed.append(f"exec of {name} by {caller}")

    def _is_own(self, path: Any) -> bool:
        return _is_below(path, self.folders)


_watching: list[Watch] = []


def install() -> None:
    """Begin to listen; to be called once in a process that does nothing but read mutants."""
    sys.addaudithook(_listen)
    imported = optional_imports.import_module

    def watched(name: str, package: str | None = None) -> Any:
        if _watching and name.partition(".")[0] not in (*_LIBRARIES, "gennape"):
            _watching[-1].executed.append(f"import {name}")
        return imported(name, package)

    optional_imports.import_module = watched


@contextmanager
def watching(*folders: Path) -> Iterator[Watch]:
    """Watch what is done meanwhile.

    Args:
        folders: Where files may be read and written.
    """
    watch = Watch(tuple(os.path.realpath(folder) for folder in folders))
    canary.SONGS.clear()
    _watching.append(watch)
    try:
        yield watch
    finally:
        _watching.pop()
        watch.executed += canary.SONGS


def _listen(name: str, arguments: tuple[Any, ...]) -> None:
    if _watching:
        watch = _watching.pop()  # what is asked of the system here is no doing of the reader
        try:
            watch.event(name, arguments)
        finally:
            _watching.append(watch)


def _is_below(path: Any, folders: tuple[str, ...]) -> bool:
    try:
        real = os.path.realpath(os.fsdecode(path))
    except (ValueError, TypeError):
        return True  # no name of a file
    return any(real == folder or real.startswith(folder + os.sep) for folder in folders)
