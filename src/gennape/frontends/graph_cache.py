"""Graphs of programs that PyTorch had to run, so that they are scored again at once.

Programs that state all sizes, and ONNX files, are read in less time than a look into this cache
takes; the import of PyTorch alone takes seconds. A graph is kept under the digest of all that it
depends on: the program, how it was asked for, and the code that read it. What cannot be read back,
as it was damaged, counts as not there. Several processes may read and write at once.
"""

import json
import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from gennape.graph import ComputationGraph
from gennape.graph.hashing import HASH_VERSION
from gennape.utils.cache import CacheError, cache_folder
from gennape.utils.errors import GennapeError
from gennape.utils.files import atomic_file

SIZE_VARIABLE = "GENNAPE_GRAPH_CACHE_MB"
"""Environment variable: how many megabytes of graphs are kept at most; 0 keeps none."""
_DEFAULT_MEGABYTES = 256
_KEPT_SHARE = 0.8
"""Of the limit, what is left when the oldest graphs are removed."""
_READERS = ("frontends", "graph")
"""Folders of the package whose code graphs depend on."""
_COLUMNS = ("operations", "attributes", "node_parameters", "edges")


class GraphCache:
    """Graphs in a folder.

    Args:
        folder: Made when the first graph is kept.
        megabytes: Limit of all files together.
    """

    def __init__(self, folder: Path, megabytes: float) -> None:
        self.folder = folder
        self._limit = int(megabytes * 1e6)
        self._has_grown = False

    @classmethod
    def of_user(cls) -> "GraphCache":
        """Return that of the user's cache folder, see `gennape.utils.cache.cache_folder`.

        Raises:
            CacheError: The environment variable for its size is no number.
        """
        text = os.environ.get(SIZE_VARIABLE) or str(_DEFAULT_MEGABYTES)
        try:
            megabytes = float(text)
        except ValueError:
            megabytes = -1
        if not megabytes >= 0:
            raise CacheError(f"{SIZE_VARIABLE} is {text!r}; set it to megabytes, or to 0")
        return cls(cache_folder() / "graphs", megabytes)

    def key(self, *parts: object) -> str | None:
        """Name a graph; None where none is kept.

        Args:
            parts: All that it depends on, but for code; parts of equal texts give equal graphs.
        """
        return sha256(repr((parts, _code())).encode()).hexdigest() if self._limit else None

    def get(self, key: str) -> ComputationGraph | None:
        """Return the graph that is kept under a key."""
        path = self._path(key)
        try:
            with np.load(path, allow_pickle=False) as arrays:
                columns = {name: arrays[name] for name in _COLUMNS}
                rest = json.loads(arrays["rest"].tobytes())
            details = {int(node): values for node, values in rest["details"].items()}
            layers = tuple(rest["layers"])
            graph = ComputationGraph(**columns, details=details, layers=layers, name=rest["name"])
        except Exception:  # whatever is wrong with what is kept, the file is read
            return None
        with suppress(OSError):
            os.utime(path)  # the graphs that were not used for longest go first
        return graph

    def put(self, key: str, graph: ComputationGraph) -> None:
        """Keep a graph, where that is possible."""
        details = {str(node): values for node, values in graph.details.items()}
        rest: Any = {"name": graph.name, "details": details, "layers": graph.layers}
        with (
            suppress(GennapeError, OSError, TypeError, ValueError),
            atomic_file(self._path(key)) as partial,
        ):
            text = json.dumps(rest, allow_nan=True).encode()
            columns = {name: getattr(graph, name) for name in _COLUMNS}
            with partial.open("wb") as file:
                np.savez(file, rest=np.frombuffer(text, dtype=np.uint8), **columns)
            self._has_grown = True

    def trim(self) -> None:
        """Remove the graphs that were not used for longest, if there are too many."""
        if not self._has_grown:
            return
        self._has_grown = False
        with suppress(OSError):
            files = [(path, path.stat()) for path in self.folder.glob("*/*")]
            total = sum(status.st_size for _, status in files)
            if total <= self._limit:
                return
            for path, status in sorted(files, key=lambda one: one[1].st_mtime):
                path.unlink(missing_ok=True)
                total -= status.st_size
                if total <= _KEPT_SHARE * self._limit:
                    return

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.npz"


@cache
def _code() -> tuple[object, ...]:
    """What tells the code apart that reads files: its sources, and the PyTorch it uses."""
    root = Path(__file__).parents[1]
    sources = [path for room in _READERS for path in sorted((root / room).rglob("*.py"))]
    status = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sources]
    return HASH_VERSION, status, _torch_version()


def _torch_version() -> str:
    try:
        return version("torch")
    except PackageNotFoundError:
        return ""
