"""Runs that were begun before fingerprints had a version.

Their files are named by fingerprints of hash version 1, which hashed one node after another.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b

from gennape.graph import canonical
from gennape.graph.arrays import NodeArrays
from gennape.graph.hashing import HASH_VERSION
from gennape.graph.operations import COMMUTATIVE
from gennape.labelling.folder import LabellingFolder, LabellingRun
from gennape.labelling.run_record import read_record, write_record
from gennape.utils.files import file_lock

_COMMUTATIVE = frozenset(int(op) for op in COMMUTATIVE)


def adopt_earlier_runs(folder: LabellingFolder, runs: Iterable[LabellingRun]) -> None:
    """Rename runs of a folder after the fingerprints of today.

    A run that another process works on stays as it is.

    Args:
        folder: Of a labelling.
        runs: Those that are asked for; files of others keep their names.
    """
    if not folder.has_earlier_names:
        return
    with folder.workspace:
        known = {file.stem for file in folder.runs.iterdir()}
        for run in (run for run in runs if run.key not in known):
            earlier = f"{node_by_node_hash(canonical(run.graph))}-{run.seed}"
            if earlier in known:
                _adopt(folder, run, earlier)


def _adopt(folder: LabellingFolder, run: LabellingRun, earlier: str) -> None:
    """Rename the files of a run, and write its new fingerprint into its record."""
    record, checkpoint, lock = (
        folder.runs / f"{earlier}.{ending}" for ending in ("json", "pt", "lock")
    )
    with file_lock(lock) as is_mine:
        if not is_mine:
            return
        if checkpoint.exists():
            os.replace(checkpoint, folder.checkpoint(run))
        if record.exists():
            fingerprint = run.graph.fingerprint
            known = replace(read_record(record), fingerprint=fingerprint, hash_version=HASH_VERSION)
            write_record(known, folder.record(run))
            record.unlink()
    for file in (lock, lock.with_suffix(".claim")):  # by which runs were locked before
        file.unlink(missing_ok=True)


def node_by_node_hash(graph: NodeArrays) -> str:
    """Compute the hash of version 1 of a canonical graph: 32 hexadecimal digits.

    Every node is hashed with what it computes from and then with where its result goes; the
    hash is that of the sorted node hashes.
    """
    labels = _labels(graph)
    first = graph.first_edge.tolist()
    sources = graph.edges[0].tolist()
    commutes = [int(op) in _COMMUTATIVE for op in graph.operations.tolist()]
    computed: list[bytes] = []
    for node, label in enumerate(labels):
        own_sources = sources[first[node] : first[node + 1]]
        arguments = [computed[source] for source in own_sources]
        if commutes[node]:
            arguments.sort()
        distinct = len(set(own_sources)).to_bytes(4, "little")
        computed.append(_hash(label + distinct + b"".join(arguments)))
    uses: list[list[bytes]] = [[] for _ in labels]
    for node in range(len(labels) - 1, -1, -1):
        full = _hash(computed[node] + b"".join(sorted(uses[node])))
        for position, edge in enumerate(range(first[node], first[node + 1])):
            role = b"" if commutes[node] else position.to_bytes(4, "little")
            uses[sources[edge]].append(_hash(full + role))
        computed[node] = full
    return _hash(b"".join(sorted(computed))).hex()


def _labels(graph: NodeArrays) -> list[bytes]:
    """Encode each node by itself, as bytes."""
    operations = graph.operations.astype("<i2")
    columns = graph.attributes.astype("<i4")
    details = {
        node: json.dumps(values, sort_keys=True).encode() for node, values in graph.details.items()
    }
    return [
        operations[node].tobytes() + columns[node].tobytes() + details.get(node, b"")
        for node in range(graph.num_nodes)
    ]


def _hash(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
