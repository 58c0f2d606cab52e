"""Journals of searches: settings, then measured networks, one line a batch.

A journal that was begun before fingerprints had a version is brought up to date. Its keys are
of an earlier hash; so is the name of the network whose changes were searched.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from math import inf, isfinite
from pathlib import Path
from typing import Any, NamedTuple

from gennape.graph import ComputationGraph
from gennape.graph.hashing import HASH_VERSION
from gennape.graph.node import nodes_of
from gennape.search.graph_space import GraphSpace
from gennape.search.network_cache import NetworkCache
from gennape.spaces import SearchSpace
from gennape.utils.errors import plain
from gennape.utils.workspace import Workspace

JOURNAL = "journal.jsonl"
"""File of the settings of a search and of its measurements, one line a batch."""
_HASH = "hash_version"
_COSTS = ("macs", "parameters")
"""What is measured of every network."""
_FINITE = ("score", "uncertainty")
"""What every network has; accuracies and proxies may be missing, which is NaN."""


class MeasuredNetwork(NamedTuple):
    """Record of a network: its string, its key and what was measured of it."""

    text: str
    key: str
    metrics: Mapping[str, float]


def measured_networks(records: Iterable[Sequence[Any]]) -> list[MeasuredNetwork]:
    """List the networks of a journal, whose records are batches; later ones know more.

    Raises:
        TypeError: A record is no such batch.
        ValueError: A score is not finite.
    """
    networks = [MeasuredNetwork(*one) for batch in records for one in batch]
    for text, key, metrics in networks:
        numbers = metrics.values() if isinstance(metrics, dict) else [None]
        if not (isinstance(text, str) and isinstance(key, str)):
            raise TypeError("a network has no name")
        if not all(isinstance(number, int | float) for number in numbers):
            raise TypeError(f"what was measured of {plain(text)} is no number")
        if not all(0 <= metrics.get(cost, -1) < inf for cost in _COSTS):
            raise TypeError(f"{plain(text)} has no costs")
        if not all(isfinite(metrics.get(name, 0)) for name in _FINITE):
            raise ValueError(f"a score of {plain(text)} is not finite")
    return networks


def open_journal(folder: Path, settings: Mapping[str, Any], cache: NetworkCache) -> Workspace:
    """Open the journal of a search; one with earlier keys is written again upon entering.

    Args:
        folder: Of the journal.
        settings: What the results depend on, by name.
        cache: The networks of the family.

    Returns:
        The journal, to be entered.
    """

    def upgrade(known: dict[str, Any]) -> tuple[dict[str, Any], Callable[[list[Any]], list[Any]]]:
        return _current(known, cache.space), lambda batches: _renewed(batches, cache)

    return Workspace(folder, {**settings, _HASH: HASH_VERSION}, JOURNAL, upgrade=upgrade)


def _current(known: dict[str, Any], space: SearchSpace[Any]) -> dict[str, Any]:
    """Give settings the version of the hash, where they have none, and the name by that hash."""
    current = {_HASH: HASH_VERSION, **known}
    if _HASH not in known and isinstance(space, GraphSpace):
        is_same = known.get("network") == earlier_layout_hash(space.network)
        current |= {"network": space.version} if is_same else {}
    return current


def _renewed(batches: list[Any], cache: NetworkCache) -> list[Any]:
    """Give the networks of batches the keys of today."""
    texts = list(dict.fromkeys(one.text for one in measured_networks(batches)))
    networks = cache.describe([cache.space.parse(text) for text in texts])
    keys = {text: one.costs.key for text, one in zip(texts, networks, strict=True)}
    return [
        [MeasuredNetwork(text, keys[text], metrics) for text, _, metrics in batch]
        for batch in batches
    ]


def earlier_layout_hash(network: ComputationGraph) -> str:
    """Digest a network with the order of its nodes, as journals without a hash version do."""
    nodes = [(node.plain(), node.arguments) for node in nodes_of(network)]
    for attributes, _ in nodes:
        del attributes["layer"]  # younger than those journals
    return sha256(json.dumps(nodes, sort_keys=True).encode()).hexdigest()[:12]
