"""What could not be done, while the rest went on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """A part of the test that could not be done, and why in one sentence."""

    part: str
    reason: str

    def __str__(self) -> str:
        return f"{self.part}: {self.reason}"


class Failures(list[Failure]):
    """All failures so far."""

    @contextmanager
    def noted(self, part: str) -> Iterator[None]:
        """Do a part of the test; if that fails, write down why and go on."""
        try:
            yield
        except Exception as error:  # whatever is wrong with one part must not harm the others
            reason = " ".join(str(error).split())
            expected = isinstance(error, ValueError | OSError) and reason
            self.append(Failure(part, reason if expected else f"{type(error).__name__}: {reason}"))
