"""How work that takes long tells what it has done."""

from collections.abc import Callable

Report = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


def no_report(what: str, done: int, total: int) -> None:
    """Tells nobody."""
