"""Architectures as networks: their keys and costs, known once, and their canonical forms."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBatch, canonical
from gennape.graph.hashing import graph_hashes
from gennape.search.pool import Pool
from gennape.spaces import SearchSpace

_CHUNK = 256
"""Networks brought into canonical form together; more would only take more memory."""


class Facts(NamedTuple):
    """What is read off a graph once: its fingerprint, multiply-accumulates and parameters."""

    key: str
    macs: int
    parameters: int


class Form(NamedTuple):
    """The canonical form of a network: a graph of a batch."""

    batch: GraphBatch
    row: int


@dataclass(frozen=True, eq=False)
class Network:
    """One architecture as a network.

    Attributes:
        space: The family.
        architecture: As the family has it.
        text: Its one-line string.
        facts: Its key and costs.
        form: Its canonical form, where it is at hand.
    """

    space: SearchSpace[Any]
    architecture: Any
    text: str
    facts: Facts
    form: Form | None = None

    @cached_property
    def graph(self) -> ComputationGraph:
        """The computation graph, built when it is first needed."""
        return self.space.graph(self.architecture)


def canonical_forms(networks: Sequence[Network]) -> GraphBatch:
    """The canonical forms of networks, in their order; made now where none is at hand."""
    places: dict[GraphBatch | None, list[int]] = {}
    for place, network in enumerate(networks):
        places.setdefault(network.form.batch if network.form else None, []).append(place)
    parts = [
        canonical(GraphBatch.of(networks[place].graph for place in own))
        if batch is None
        else batch.take([form.row for place in own if (form := networks[place].form)])
        for batch, own in places.items()
    ]
    return GraphBatch.join(parts).take(np.argsort(np.concatenate(list(places.values()))))


class Catalogue:
    """The networks of a family that were seen so far; several searches may share it.

    Args:
        space: The family.
        pool: The processes that read networks.
    """

    def __init__(self, space: SearchSpace[Any], pool: Pool | None = None) -> None:
        self.space = space
        self.pool = pool or Pool()
        self._facts: dict[Hashable, Facts] = {}
        self._read_part = partial(_read, space)

    def know(self, architecture: Any, facts: Facts) -> None:
        """Take over what was read of a network before."""
        self._facts.setdefault(self.space.signature(architecture), facts)

    def describe(self, architectures: Sequence[Any]) -> list[Network]:
        """The networks of some architectures; each is read once, many at a time."""
        signatures = [self.space.signature(architecture) for architecture in architectures]
        unknown: dict[Hashable, Any] = {}
        for signature, architecture in zip(signatures, architectures, strict=True):
            if signature not in self._facts:
                unknown.setdefault(signature, architecture)
        forms = self._read(unknown)
        return [
            Network(
                self.space,
                architecture,
                self.space.format(architecture),
                self._facts[signature],
                forms.pop(signature, None),  # the form of the first one, which was read
            )
            for signature, architecture in zip(signatures, architectures, strict=True)
        ]

    def _read(self, architectures: dict[Hashable, Any]) -> dict[Hashable, Form]:
        """The canonical forms of some architectures, which become known."""
        forms = {}
        signatures = iter(architectures)
        parts = self.pool.split(list(architectures.values()), _CHUNK)
        for found, batch in self.pool.map(self._read_part, parts):
            for row, facts in enumerate(found):
                signature = next(signatures)
                self._facts[signature] = facts
                forms[signature] = Form(batch, row)
        return forms


def _read(space: SearchSpace[Any], architectures: Sequence[Any]) -> tuple[list[Facts], GraphBatch]:
    """What is known of some architectures, and their canonical forms."""
    batch = GraphBatch.of(map(space.graph, architectures))
    forms = canonical(batch)
    columns = graph_hashes(forms), batch.macs.tolist(), batch.parameters.tolist()
    return list(map(Facts, *columns)), forms
