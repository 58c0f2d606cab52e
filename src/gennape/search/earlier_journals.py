"""Journals that were begun before fingerprints had a version are brought up to date.

Their keys are of an earlier hash; so is the name of the network whose changes were searched.
"""

import json
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from gennape.graph import ComputationGraph
from gennape.graph.hashing import HASH_VERSION
from gennape.graph.node import nodes_of
from gennape.search.candidate import Measured, measured_in
from gennape.search.graph_space import GraphSpace
from gennape.search.networks import Catalogue
from gennape.spaces import SearchSpace
from gennape.utils.workspace import Workspace

JOURNAL = "journal.jsonl"
"""File of the settings of a search and of what it has measured, one line a batch."""
_HASH = "hash_version"


def search_workspace(
    folder: str | os.PathLike[str], settings: Mapping[str, Any], catalogue: Catalogue
) -> Workspace:
    """Give the folder of a search; a journal with earlier keys is written again upon entering.

    Args:
        folder: Where the journal is kept.
        settings: What the search depends on, without the version of the hash.
        catalogue: The networks of the family.
    """

    def upgrade(known: dict[str, Any]) -> tuple[dict[str, Any], Callable[[list[Any]], list[Any]]]:
        return _current(known, catalogue.space), lambda batches: _renewed(batches, catalogue)

    return Workspace(folder, {**settings, _HASH: HASH_VERSION}, JOURNAL, upgrade=upgrade)


def _current(known: dict[str, Any], space: SearchSpace[Any]) -> dict[str, Any]:
    """Settings with the version of the hash, where they have none, and the name by that hash."""
    current = {_HASH: HASH_VERSION, **known}
    if _HASH not in known and isinstance(space, GraphSpace):
        is_same = known.get("network") == earlier_layout_hash(space.network)
        current |= {"network": space.version} if is_same else {}
    return current


def _renewed(batches: list[Any], catalogue: Catalogue) -> list[Any]:
    """Give the networks of batches the keys of today."""
    texts = list(dict.fromkeys(one.text for one in measured_in(batches)))
    networks = catalogue.describe([catalogue.space.parse(text) for text in texts])
    keys = {text: one.facts.key for text, one in zip(texts, networks, strict=True)}
    return [
        [Measured(text, keys[text], metrics) for text, _, metrics in batch] for batch in batches
    ]


def earlier_layout_hash(network: ComputationGraph) -> str:
    """What named a network, with the order of its nodes, in journals without a hash version."""
    nodes = [(node.plain(), node.arguments) for node in nodes_of(network)]
    return sha256(json.dumps(nodes, sort_keys=True).encode()).hexdigest()[:12]
