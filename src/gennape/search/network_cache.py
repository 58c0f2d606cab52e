"""Architectures as networks: keys and costs, computed once, and canonical forms."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBatch, canonical
from gennape.graph.hashing import graph_hashes
from gennape.spaces import SearchSpace
from gennape.utils.worker_pool import WorkerPool

_CHUNK = 256
"""Networks brought into canonical form together; more would only take more memory."""


class NetworkCosts(NamedTuple):
    """Fingerprint, multiply-accumulates and parameters of a network."""

    key: str
    macs: int
    parameters: int


class CanonicalReference(NamedTuple):
    """Canonical form of a network: a graph of a batch, by its row."""

    batch: GraphBatch
    row: int


@dataclass(frozen=True, eq=False)
class SearchNetwork:
    """Architecture as a network.

    Attributes:
        space: The family.
        architecture: As the family has it.
        text: Its one-line string.
        costs: Its key and costs.
        reference: Its canonical form, where it is at hand.
    """

    space: SearchSpace[Any]
    architecture: Any
    text: str
    costs: NetworkCosts
    reference: CanonicalReference | None = None

    @cached_property
    def graph(self) -> ComputationGraph:
        """Computation graph, built when it is first needed."""
        return self.space.graph(self.architecture)


def canonical_forms(networks: Sequence[SearchNetwork]) -> GraphBatch:
    """Join the canonical forms of networks, in their order; make those that are not at hand."""
    places: dict[GraphBatch | None, list[int]] = {}
    for place, network in enumerate(networks):
        batch = network.reference.batch if network.reference else None
        places.setdefault(batch, []).append(place)
    parts = [
        canonical(GraphBatch.of(networks[row].graph for row in rows))
        if batch is None
        else batch.take([found.row for row in rows if (found := networks[row].reference)])
        for batch, rows in places.items()
    ]
    return GraphBatch.join(parts).take(np.argsort(np.concatenate(list(places.values()))))


class NetworkCache:
    """Networks of a family that were seen so far; several searches may share it.

    Args:
        space: The family.
        pool: The processes that read networks.
    """

    def __init__(self, space: SearchSpace[Any], pool: WorkerPool | None = None) -> None:
        self.space = space
        self.pool = pool or WorkerPool()
        self._costs: dict[Hashable, NetworkCosts] = {}
        self._read_part = partial(_read, space)

    def add(self, architecture: Any, costs: NetworkCosts) -> None:
        """Add costs that are known of a network, which is then not built for them."""
        self._costs.setdefault(self.space.signature(architecture), costs)

    def describe(self, architectures: Sequence[Any]) -> list[SearchNetwork]:
        """Return the networks of some architectures; each is read once, many at a time."""
        signatures = [self.space.signature(architecture) for architecture in architectures]
        unknown: dict[Hashable, Any] = {}
        for signature, architecture in zip(signatures, architectures, strict=True):
            if signature not in self._costs:
                unknown.setdefault(signature, architecture)
        references = self._read(unknown)
        return [
            SearchNetwork(
                self.space,
                architecture,
                self.space.format(architecture),
                self._costs[signature],
                references.pop(signature, None),  # that of the first one, which was read
            )
            for signature, architecture in zip(signatures, architectures, strict=True)
        ]

    def _read(self, architectures: dict[Hashable, Any]) -> dict[Hashable, CanonicalReference]:
        """Read architectures in all processes, add their costs and return their forms."""
        references = {}
        signatures = iter(architectures)
        parts = self.pool.split(list(architectures.values()), _CHUNK)
        for found, batch in self.pool.map(self._read_part, parts):
            for row, costs in enumerate(found):
                signature = next(signatures)
                self._costs[signature] = costs
                references[signature] = CanonicalReference(batch, row)
        return references


def _read(
    space: SearchSpace[Any], architectures: Sequence[Any]
) -> tuple[list[NetworkCosts], GraphBatch]:
    """Compute the costs and the canonical forms of some architectures."""
    batch = space.graphs(architectures)
    forms = canonical(batch)
    columns = graph_hashes(forms), batch.macs.tolist(), batch.parameters.tolist()
    return list(map(NetworkCosts, *columns)), forms
