"""Architectures as networks: their keys and costs, known once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from gennape.graph import ComputationGraph
from gennape.search.identity import network_keys
from gennape.spaces import SearchSpace

_CHUNK = 256
"""Networks brought into canonical form together; more would only take more memory."""


class Facts(NamedTuple):
    """What is read off a graph once: its key, multiply-accumulates and learned parameters."""

    key: str
    macs: int
    parameters: int


@dataclass(frozen=True, eq=False)
class Network:
    """One architecture as a network.

    Attributes:
        space: The family.
        architecture: As the family has it.
        text: Its one-line string.
        facts: Its key and costs.
    """

    space: SearchSpace[Any]
    architecture: Any
    text: str
    facts: Facts

    @cached_property
    def graph(self) -> ComputationGraph:
        """The computation graph, built when it is first needed."""
        return self.space.graph(self.architecture)


class Catalogue:
    """The networks of a family that were seen so far; several searches may share it.

    Args:
        space: The family.
        facts: What is known of its networks already, by string.
    """

    def __init__(self, space: SearchSpace[Any], facts: Mapping[str, Facts] | None = None) -> None:
        self.space = space
        self._facts = dict(facts or {})

    def describe(self, architectures: Sequence[Any]) -> list[Network]:
        """The networks of some architectures; each is read once, many at a time."""
        texts = [self.space.format(architecture) for architecture in architectures]
        unknown = {
            text: architecture
            for text, architecture in zip(texts, architectures, strict=True)
            if text not in self._facts
        }
        graphs = self._read(unknown)
        networks = []
        for text, architecture in zip(texts, architectures, strict=True):
            network = Network(self.space, architecture, text, self._facts[text])
            if text in graphs:
                network.__dict__["graph"] = graphs[text]  # at hand: not to be built again
            networks.append(network)
        return networks

    def _read(self, architectures: dict[str, Any]) -> dict[str, ComputationGraph]:
        graphs = {text: self.space.graph(one) for text, one in architectures.items()}
        texts = list(graphs)
        for start in range(0, len(texts), _CHUNK):
            part = texts[start : start + _CHUNK]
            keys = network_keys([graphs[text] for text in part])
            for text, key in zip(part, keys, strict=True):
                self._facts[text] = Facts(key, graphs[text].macs, graphs[text].parameters)
        return graphs
