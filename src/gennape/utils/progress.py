"""How work that takes long says how far it is."""

from typing import Protocol


class ProgressCallback(Protocol):
    """Function that is told of progress."""

    def __call__(self, what: str, done: int, total: int, note: str = "", /) -> None:
        """Take note of progress.

        Args:
            what: What is being done; one bar each.
            done: How much of it is done.
            total: Of how much.
            note: What else there is to say, such as the best result so far.
        """


def no_progress(what: str, done: int, total: int, note: str = "") -> None:
    """Ignore progress."""
