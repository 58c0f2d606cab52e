"""All candidates of a search as a Parquet file.

| column | type | what |
|---|---|---|
| architecture | string | `family:architecture` |
| key | string | the fingerprint |
| on_front | bool | whether no other candidate beats it |
| one for each metric | double | what was measured; null where it was not |

The schema's metadata has the version of the fingerprints, `hash_version`.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gennape.graph.hashing import HASH_VERSION
from gennape.search.candidate import Candidate
from gennape.utils.files import atomic_write


def write_history(
    path: Path, family: str, candidates: Sequence[Candidate], front: Sequence[Candidate]
) -> None:
    """Write candidates, in the order in which they were found.

    Args:
        path: Where to; a file that is there is replaced.
        family: Their family's name.
        candidates: All of them.
        front: The best.
    """
    best = {candidate.key for candidate in front}
    metrics = dict.fromkeys(name for candidate in candidates for name in candidate.metrics)
    columns = {
        "architecture": pa.array([f"{family}:{one.text}" for one in candidates], pa.string()),
        "key": pa.array([one.key for one in candidates], pa.string()),
        "on_front": pa.array([one.key in best for one in candidates], pa.bool_()),
    }
    for name in metrics:
        values = [one.metrics.get(name) for one in candidates]
        columns[name] = pa.array(values, pa.float64())
    table = pa.table(columns, metadata={"hash_version": str(HASH_VERSION)})
    atomic_write(path, lambda partial: pq.write_table(table, partial))
