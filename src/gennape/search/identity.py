"""Keys that are equal for equal networks, for many networks at once.

A key means what a graph's fingerprint means: the network, not how it was written down. The
fingerprint hashes one node after another; here the nodes of all graphs that lie equally deep
are hashed together, which takes a hundredth of the time.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph import ComputationGraph, GraphBatch, canonical
from gennape.graph.arrays import IntArray
from gennape.graph.operations import COMMUTATIVE
from gennape.graph.paths import path_depths

Hashes = npt.NDArray[np.uint64]


def network_keys(graphs: Sequence[ComputationGraph]) -> list[str]:
    """A key of 16 hexadecimal digits for each network.

    Every node of the canonical form is hashed with what it computes from, and then with
    where its result goes; the key is the hash of the sum over nodes.
    """
    batch = canonical(GraphBatch.of(graphs))
    sources, targets = batch.edges
    roles = _scrambled(_positions(batch))
    level = path_depths(batch, np.ones(batch.num_nodes, dtype=bool))[:, 0].astype(np.int64)
    groups = _groups(level[targets])
    hashes = _labels(batch)
    for edges in groups:
        _absorb(hashes, sources[edges], targets[edges], roles[edges])
    for edges in _groups(-level[sources]):
        _absorb(hashes, targets[edges], sources[edges], roles[edges])
    totals = np.add.reduceat(_scrambled(hashes), batch.node_offsets[:-1])
    return [f"{key:016x}" for key in _scrambled(totals).tolist()]


def _groups(level: IntArray) -> list[IntArray]:
    """Positions of equal values, the lowest value first."""
    order = np.argsort(level, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(level[order])) + 1)


def _absorb(hashes: Hashes, given: IntArray, takers: IntArray, roles: Hashes) -> None:
    """Mix hashes of some nodes into those of their takers, in any order of the edges."""
    nodes, places = np.unique(takers, return_inverse=True)
    sums = np.zeros(len(nodes), dtype=np.uint64)
    np.add.at(sums, places, _scrambled(hashes[given] + roles))
    hashes[nodes] = _scrambled(hashes[nodes] ^ sums)


def _positions(batch: GraphBatch) -> Hashes:
    """Which argument of its target each edge is; 0 where the order means nothing."""
    targets = batch.edges[1]
    positions = np.arange(batch.num_edges) - batch.first_edge[targets]
    return np.where(batch.is_in(COMMUTATIVE)[targets], 0, positions).astype(np.uint64)


def _labels(batch: GraphBatch) -> Hashes:
    """A hash of what each node is by itself."""
    columns = np.column_stack([batch.operations, batch.attributes]).astype(np.int64)
    salts = _scrambled(np.arange(columns.shape[1], dtype=np.uint64))
    hashes: Hashes = _scrambled(columns.view(np.uint64) + salts).sum(axis=1, dtype=np.uint64)
    if batch.details:
        nodes = np.fromiter(batch.details, dtype=np.int64)
        hashes[nodes] += np.array([_text_hash(one) for one in batch.details.values()], np.uint64)
    return hashes


def _text_hash(details: Mapping[str, Any]) -> int:
    text = json.dumps(details, sort_keys=True).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def _scrambled(numbers: Hashes) -> Hashes:
    """One step of splitmix64 (Steele et al., 2014): each bit depends on all bits before."""
    z = numbers + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
