"""Text inside HTML and SVG."""

from html import escape

from gennape.utils.terminal import harmless


def escaped(text: str) -> str:
    r"""Escape a text; of signs that steer or that no page may hold, only ends of lines stay.

    >>> escaped("a < b\nc\x1bd")
    'a &lt; b\nc\\x1bd'
    """
    return "\n".join(escape(harmless(line)) for line in text.split("\n"))
