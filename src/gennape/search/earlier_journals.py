"""Journals that were begun before fingerprints had a version are brought up to date.

Their keys are of an earlier hash; so is the name of the network whose changes were searched.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from gennape.graph import ComputationGraph
from gennape.graph.node import nodes_of
from gennape.search.candidate import Measured
from gennape.search.graph_space import GraphSpace
from gennape.search.networks import Catalogue
from gennape.spaces import SearchSpace
from gennape.utils.files import atomic_write, read_json_lines
from gennape.utils.workspace import Workspace

HASH_SETTING = "hash_version"
JOURNAL = "journal.jsonl"
"""File of the settings of a search and of its measurements, one line a batch."""


def open_journal(folder: Path, settings: Mapping[str, Any], catalogue: Catalogue) -> Workspace:
    """Open the journal of a search; one with earlier keys is written again with those of today.

    Args:
        folder: Where it is kept.
        settings: What the search depends on, the version of the hash included.
        catalogue: The networks of the family.

    Returns:
        The journal, to be entered.
    """
    path = folder / JOURNAL
    try:
        lines = read_json_lines(path)
    except ValueError:
        lines = []  # which the workspace says
    if lines and lines[0] == _earlier(settings, catalogue.space):
        batches = [[Measured(*one) for one in line] for line in lines[1:]]
        texts = list(dict.fromkeys(one.text for batch in batches for one in batch))
        networks = catalogue.describe([catalogue.space.parse(text) for text in texts])
        keys = {text: one.facts.key for text, one in zip(texts, networks, strict=True)}
        renewed = [[one._replace(key=keys[one.text]) for one in batch] for batch in batches]
        content = "".join(json.dumps(line) + "\n" for line in [dict(settings), *renewed])
        atomic_write(path, lambda partial: partial.write_text(content, encoding="utf-8"))
    return Workspace(folder, settings, JOURNAL)


def _earlier(settings: Mapping[str, Any], space: SearchSpace[Any]) -> dict[str, Any]:
    """The settings as they were written before."""
    known = {name: value for name, value in settings.items() if name != HASH_SETTING}
    if "network" in known and isinstance(space, GraphSpace):
        known["network"] = earlier_layout_hash(space.network)
    return known


def earlier_layout_hash(network: ComputationGraph) -> str:
    """What named a network, with the order of its nodes, in journals without a hash version."""
    nodes = [(node.plain(), node.arguments) for node in nodes_of(network)]
    return sha256(json.dumps(nodes, sort_keys=True).encode()).hexdigest()[:12]
