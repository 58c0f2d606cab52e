"""Candidates of a search, and the error of all its modules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gennape.utils.errors import GennapeError


class SearchError(GennapeError, ValueError):
    """A search that cannot be done as asked; the message says what to change."""


@dataclass(frozen=True)
class Candidate:
    """Network that keeps all constraints, and what is known of it.

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
