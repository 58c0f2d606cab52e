"""Text for terminals: what an encoding can say, how wide it is, how wide the terminal is."""

import codecs
import os
import re
import sys
from typing import TextIO

_STAND_INS = {
    "─": "-",
    "×": "x",
    "±": "+-",
    "≥": ">=",
    "≤": "<=",
    "−": "-",
    "…": "...",
    "→": "->",
    "·": ".",
}
_STEERING = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, ends of lines, marks that turn the direction in which text is read, and what
is no character."""
_FALLBACK = "gennape.fallback"


def _fallback(error: UnicodeError) -> tuple[str, int]:
    """Say in ASCII what an encoding cannot: signs by their look, letters by their number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unsaid = error.object[error.start : error.end]
    said = (
        _STAND_INS.get(one) or one.encode("ascii", "backslashreplace").decode() for one in unsaid
    )
    return "".join(said), error.end


codecs.register_error(_FALLBACK, _fallback)


def printable(text: str, encoding: str | None) -> str:
    r"""Write a text with what an encoding can say, and signs that steer a terminal as numbers.

    >>> printable("≥ 9.8 M ± 1, Größe", "ascii")
    '>= 9.8 M +- 1, Gr\\xf6\\xdfe'
    """
    encoding = encoding or "utf-8"
    return harmless(text).encode(encoding, _FALLBACK).decode(encoding)


def harmless(text: str) -> str:
    r"""Write signs that steer a terminal or turn the direction of a text as their numbers.

    >>> harmless("cat\x1b[2J\u202egpj.onnx")
    'cat\\x1b[2J\\u202egpj.onnx'
    """
    return _STEERING.sub(_as_number, text)


def _as_number(sign: re.Match[str]) -> str:
    number = ord(sign[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def print_everything(*streams: TextIO) -> None:
    """Make streams print any text, whatever their encoding can say, instead of failing."""
    for stream in streams:
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors=_FALLBACK)


def terminal_width(stream: TextIO | None = None) -> int | None:
    """Return the columns of a terminal: `COLUMNS` if it is set; None where there is none.

    Args:
        stream: Standard output unless given.
    """
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size((stream or sys.stdout).fileno()).columns or None
    except (OSError, ValueError, AttributeError):  # a pipe, a closed stream, a notebook
        return None
