"""Where things are kept that can be made again."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryFile

from gennape.utils.errors import GennapeError

CACHE_VARIABLE = "GENNAPE_CACHE"
"""Environment variable that names the cache folder."""


class CacheError(GennapeError, ValueError):
    """A cache folder that cannot be written; the message says why and what to do."""


def cache_folder() -> Path:
    """Return the cache folder, which may not be there yet.

    It is that of the environment variable `GENNAPE_CACHE`, or else `gennape` in the user's
    cache folder: `$XDG_CACHE_HOME` or `~/.cache` on Linux, `~/Library/Caches` on macOS,
    `%LOCALAPPDATA%` on Windows.
    """
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gennape"


def require_writable(folder: Path) -> None:
    """Make a folder of the cache, if needed, and check that files can be written there.

    Raises:
        CacheError: They cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CacheError(
            f"the cache folder {folder} cannot be written ({error.strerror or error}); set the "
            f"environment variable {CACHE_VARIABLE} to a folder that can"
        ) from error
