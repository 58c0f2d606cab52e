"""One network that a search has looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
