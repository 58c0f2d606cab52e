"""Readers that do what no reader may do, each at the word of a file."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from time import sleep

import numpy as np

from gennape.utils.errors import GennapeError
from gennape.utils.optional_imports import import_factory


def obey(path: Path) -> list[float]:
    """Do what the file says."""
    word = path.read_text()
    if word == "read":
        return [1.0, 2.0]
    if word == "refuse":
        raise GennapeError(f"{path} is no file of this kind; give another")
    if word == "refuse without a name":
        raise GennapeError("2 is not in list")
    if word == "raise":
        raise KeyError("width")
    if word == "exit":
        sys.exit(0)
    if word == "loop":
        while True:
            pass
    if word == "wait":
        sleep(600)
    if word == "fill":
        np.ones(1 << 28)
    if word == "fill and refuse":
        try:
            np.ones(1 << 28)
        except MemoryError as error:
            raise GennapeError(f"{path} is too large") from error
    if word == "abort":
        os.abort()
    if word == "divide":
        return [float("nan")]
    if word == "write":
        (path.parents[1] / "outside.txt").write_text("x")
    if word == "look":
        (Path.home().parent / "secret.txt").read_bytes()
    if word == "delete":
        (path.parents[1] / "outside.txt").unlink(missing_ok=True)
    if word == "import":
        import_factory("fuzz.canary", "sing")()
    if word == "call":
        os.system("true")
    if word == "start":
        subprocess.run(["true"], check=True)
    if word == "evaluate":
        eval("1 + 1")
    if word == "link":
        ctypes.CDLL(str(path))
    return []
