"""The canonical hash: one name for a network, for many networks at once.

A node is hashed with what it is, then with what it computes from (its arguments, in order
unless the operation commutes), then with where its result goes; the hash of a graph is that of
the sum over its nodes. So the order of nodes means nothing, and graphs are told apart that
colour refinement (Weisfeiler and Leman, 1968) tells apart. Nodes of all graphs that lie equally
deep are hashed together.

A hash has 128 bits: two lanes of 64, each mixed by splitmix64 (Steele et al., 2014) from its own
seed. All is integer arithmetic modulo 2^64, the same on every platform.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph.batch import GraphBatch
from gennape.graph.operations import COMMUTATIVE
from gennape.graph.paths import group_by_level, levels
from gennape.utils.array_types import IntArray

HASH_VERSION = 2
"""The algorithm, stored beside hashes; version 1 hashed node by node with BLAKE2."""

Lanes = npt.NDArray[np.uint64]
"""Two numbers for each of some things, `(2, things)`."""

_SEEDS = np.array([[0x243F6A8885A308D3], [0x13198A2E03707344]], np.uint64)  # digits of pi
_LOW = 0xFFFFFFFF
_ONE = np.uint64(1)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


def graph_hashes(batch: GraphBatch) -> list[str]:
    """Hash each graph as it stands, whatever the order and the names of its nodes.

    The hashes of canonical graphs are their fingerprints. Operations, attributes, details and
    edges are hashed. Parameter counts are not: they follow from these, but for what folded
    normalisations leave behind.

    Args:
        batch: Graphs.

    Returns:
        32 hexadecimal digits for each graph.
    """
    is_ordered = ~batch.is_in(COMMUTATIVE)[batch.edges[1]]
    return _graph_hashes(batch, _labels(batch), _positions(batch) * is_ordered)


def layout_hashes(batch: GraphBatch) -> list[str]:
    """Hash each graph as it is written down: with the order of nodes and parameter counts.

    Args:
        batch: Graphs.

    Returns:
        32 hexadecimal digits for each graph.
    """
    places = np.arange(batch.num_nodes) - batch.node_offsets[batch.graph_index]
    layout = _columns(np.stack([places, batch.node_parameters]))
    return _graph_hashes(batch, _mixed(_labels(batch) ^ layout), _positions(batch))


def _graph_hashes(batch: GraphBatch, labels: Lanes, roles: IntArray) -> list[str]:
    """Hash graphs.

    Args:
        batch: Graphs.
        labels: What each node is by itself.
        roles: What each edge is to its target, `(edges,)`.
    """
    sources, targets = batch.edges
    hashes, factors = labels.copy(), _mixed(_SEEDS ^ roles.astype(np.uint64)) | _ONE
    level = levels(batch)
    _spread(hashes, factors, sources, targets, level)
    _spread(hashes, factors, targets, sources, -level)
    sums = np.add.reduceat(_mixed(hashes), batch.node_offsets[:-1], axis=1)
    return [f"{high:016x}{low:016x}" for high, low in _mixed(sums).T.tolist()]


def _spread(
    hashes: Lanes, factors: Lanes, given: IntArray, takers: IntArray, level: IntArray
) -> None:
    """Mix the hashes of given nodes into those of their takers, the lowest level first.

    A hash is multiplied by the factor of the edge that it takes, which is odd, so that no bit is
    lost; sums make the order of a taker's edges irrelevant.
    """
    order, groups = group_by_level(level, takers)
    given, factors = given[order], factors[:, order]
    for nodes, edges, first in groups:
        terms = hashes[:, given[edges]] * factors[:, edges]
        hashes[:, nodes] = _mixed(hashes[:, nodes] ^ np.add.reduceat(terms, first, axis=1))


def _positions(batch: GraphBatch) -> IntArray:
    """Which argument of its target each edge is, `(edges,)`."""
    positions: IntArray = np.arange(batch.num_edges) - batch.first_edge[batch.edges[1]]
    return positions


def _labels(batch: GraphBatch) -> Lanes:
    """Hash what each node is by itself, and how many of its arguments differ."""
    numbers = np.stack([batch.operations, _distinct_arguments(batch), *batch.attributes.T])
    numbers = numbers.astype(np.int64)
    hashes = _columns(numbers[::2] << 32 | numbers[1::2] & _LOW)
    if batch.details:
        nodes = np.fromiter(batch.details, dtype=np.int64)
        known = {id(details): details for details in batch.details.values()}
        texts = {number: str(details) for number, details in known.items()}
        lanes = {text: _details_hash(known[number]) for number, text in texts.items()}
        found = [lanes[texts[id(details)]] for details in batch.details.values()]
        hashes[:, nodes] ^= np.array(found, np.uint64).T
    return hashes


def _distinct_arguments(batch: GraphBatch) -> IntArray:
    """How many nodes feed each node, `(nodes,)`: x + x has one argument, x + y has two."""
    sources, targets = batch.edges.astype(np.int64)
    pairs = np.unique(targets * batch.num_nodes + sources)
    return np.bincount(pairs // max(batch.num_nodes, 1), minlength=batch.num_nodes)


def _columns(numbers: IntArray) -> Lanes:
    """Hash what stands in each column of 64-bit integers, `(rows, columns)`."""
    salts = _mixed(_SEEDS ^ np.arange(len(numbers), dtype=np.uint64))
    terms = _mixed(numbers.view(np.uint64) + salts[:, :, None])
    hashes: Lanes = terms.sum(axis=1, dtype=np.uint64)
    return hashes


def _details_hash(details: Mapping[str, Any]) -> tuple[int, int]:
    """Two numbers; zeros, which change no label, where there are no details."""
    if not details:
        return 0, 0
    text = json.dumps(details, sort_keys=True).encode()
    content = blake2b(text, digest_size=16).digest()
    return int.from_bytes(content[:8], "little"), int.from_bytes(content[8:], "little")


def _mixed(numbers: Lanes) -> Lanes:
    """Take one step of splitmix64: each bit depends on all bits before."""
    z = numbers + _STEP
    z ^= z >> _SHIFTS[0]
    z *= _FACTORS[0]
    z ^= z >> _SHIFTS[1]
    z *= _FACTORS[1]
    z ^= z >> _SHIFTS[2]
    return z
