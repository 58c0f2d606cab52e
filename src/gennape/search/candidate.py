"""One network that a search has looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Candidate:
    """A network that keeps all constraints, and what is known of it.

    Attributes:
        architecture: As its family has it.
        text: Its one-line string.
        key: The network's fingerprint: equal for equal networks, whatever their strings.
        metrics: Measured values by name.
    """

    architecture: Any
    text: str
    key: str
    metrics: Mapping[str, float]


class Measured(NamedTuple):
    """Record of a network: its string, its key and what was measured of it."""

    text: str
    key: str
    metrics: Mapping[str, float]


def measured_in(records: Iterable[Sequence[Any]]) -> list[Measured]:
    """Give the networks of a journal, whose records are batches; later ones know more."""
    return [Measured(*one) for batch in records for one in batch]
