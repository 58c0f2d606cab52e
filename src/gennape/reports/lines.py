"""Journals: files of one JSON value a line, to which a killed process has added whole lines."""

import json
import os
from pathlib import Path
from typing import Any


def append_line(path: Path, value: Any) -> None:
    """Write a plain JSON value as one more line."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(value) + "\n")


def whole_lines(path: Path) -> list[Any]:
    """The values of a journal; a last line that was cut off is cut away from the file.

    Args:
        path: The journal; it need not be there.

    Raises:
        ValueError: A whole line is no JSON.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    return [json.loads(line) for line in whole.splitlines()]
