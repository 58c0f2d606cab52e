"""Journals of searches: settings, then measured networks, one line a batch.

A journal that was begun before fingerprints had a version is brought up to date. Its keys are
of an earlier hash; so is the name of the network whose changes were searched.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from gennape.graph import ComputationGraph
from gennape.graph.hashing import HASH_VERSION
from gennape.graph.node import nodes_of
from gennape.search.graph_space import GraphSpace
from gennape.search.network_cache import NetworkCache
from gennape.spaces import SearchSpace
from gennape.utils.files import atomic_write, read_json_lines
from gennape.utils.workspace import Workspace

_HASH_SETTING = "hash_version"
JOURNAL = "journal.jsonl"
"""File of the settings of a search and of its measurements, one line a batch."""


class MeasuredNetwork(NamedTuple):
    """Record of a network: its string, its key and what was measured of it."""

    text: str
    key: str
    metrics: Mapping[str, float]


def measured_networks(records: Iterable[Sequence[Any]]) -> list[MeasuredNetwork]:
    """List the networks of a journal, whose records are batches; later ones know more."""
    return [MeasuredNetwork(*one) for batch in records for one in batch]


def open_journal(folder: Path, settings: Mapping[str, Any], cache: NetworkCache) -> Workspace:
    """Open the journal of a search; one with earlier keys is written again with those of today.

    Args:
        folder: Of the journal.
        settings: What the results depend on, by name.
        cache: The networks of the family.

    Returns:
        The journal, to be entered.
    """
    settings = {**settings, _HASH_SETTING: HASH_VERSION}
    path = folder / JOURNAL
    try:
        lines = read_json_lines(path)
    except ValueError:
        lines = []  # which the workspace says
    if lines and lines[0] == _earlier(settings, cache.space):
        batches = [[MeasuredNetwork(*one) for one in line] for line in lines[1:]]
        texts = list(dict.fromkeys(one.text for batch in batches for one in batch))
        networks = cache.describe([cache.space.parse(text) for text in texts])
        keys = {text: one.costs.key for text, one in zip(texts, networks, strict=True)}
        renewed = [[one._replace(key=keys[one.text]) for one in batch] for batch in batches]
        content = "".join(json.dumps(line) + "\n" for line in [settings, *renewed])
        atomic_write(path, lambda partial: partial.write_text(content, encoding="utf-8"))
    return Workspace(folder, settings, JOURNAL)


def _earlier(settings: Mapping[str, Any], space: SearchSpace[Any]) -> dict[str, Any]:
    """Return the settings as they were written before."""
    known = {name: value for name, value in settings.items() if name != _HASH_SETTING}
    if "network" in known and isinstance(space, GraphSpace):
        known["network"] = earlier_layout_hash(space.network)
    return known


def earlier_layout_hash(network: ComputationGraph) -> str:
    """Digest a network with the order of its nodes, as journals without a hash version do."""
    nodes = [(node.plain(), node.arguments) for node in nodes_of(network)]
    return sha256(json.dumps(nodes, sort_keys=True).encode()).hexdigest()[:12]
