"""Keys that are equal for equal networks, for many networks at once.

A key means what a graph's fingerprint means: the network, not how it was written down. The
fingerprint hashes one node after another; here the nodes of all graphs that lie equally deep
are hashed together, which takes a hundredth of the time.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph import GraphBatch
from gennape.graph.arrays import IntArray
from gennape.graph.operations import COMMUTATIVE
from gennape.graph.paths import in_waves, levels

Hashes = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


def network_keys(batch: GraphBatch) -> list[str]:
    """A key of 16 hexadecimal digits for each network.

    Every node is hashed with what it computes from, and then with where its result goes;
    the key is the hash of the sum over nodes.

    Args:
        batch: Canonical graphs.
    """
    sources, targets = batch.edges
    roles = _scrambled(_positions(batch))
    level = levels(batch)
    hashes = _labels(batch)
    _absorb(hashes, roles, sources, targets, level)
    _absorb(hashes, roles, targets, sources, -level)
    totals = np.add.reduceat(_scrambled(hashes), batch.node_offsets[:-1])
    return [f"{key:016x}" for key in _scrambled(totals).tolist()]


def _absorb(
    hashes: Hashes, roles: Hashes, given: IntArray, takers: IntArray, level: IntArray
) -> None:
    """Mix hashes of given nodes into those of their takers, the lowest level first.

    Sums make the order of a taker's edges mean nothing.
    """
    order, waves = in_waves(level, takers)
    given, roles = given[order], roles[order]
    for nodes, edges, first in waves:
        sums = np.add.reduceat(_scrambled(hashes[given[edges]] + roles[edges]), first)
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
        texts = list(map(str, batch.details.values()))
        numbers = {
            text: _details_hash(details)
            for text, details in dict(zip(texts, batch.details.values(), strict=True)).items()
        }
        hashes[nodes] += np.array([numbers[text] for text in texts], np.uint64)
    return hashes


def _details_hash(details: Mapping[str, Any]) -> int:
    text = json.dumps(details, sort_keys=True).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def _scrambled(numbers: Hashes) -> Hashes:
    """One step of splitmix64 (Steele et al., 2014): each bit depends on all bits before."""
    z = numbers + _STEP
    z ^= z >> _SHIFTS[0]
    z *= _FACTORS[0]
    z ^= z >> _SHIFTS[1]
    z *= _FACTORS[1]
    z ^= z >> _SHIFTS[2]
    return z
