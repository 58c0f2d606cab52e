"""Result of a search, and its table of candidates.

| column | type | content |
|---|---|---|
| architecture | string | `family:architecture` |
| key | string | the fingerprint |
| on_front | bool | whether no other candidate dominates it |
| one for each metric | double | what was measured; null where it was not |

The schema's metadata has the version of the fingerprints, `hash_version`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gennape.graph.hashing import HASH_VERSION
from gennape.search.candidate import Candidate
from gennape.search.objectives import Objective, cost_matrix
from gennape.search.pareto import pareto_front
from gennape.spaces import SearchSpace
from gennape.utils.files import atomic_write


@dataclass(frozen=True)
class SearchResult:
    """Candidates of a search and their Pareto front.

    Attributes:
        candidates: In the order in which they were found.
        front: Those that no other dominates, by the first objective.
        exhausted: Whether nothing new could be found before the budget was spent.
        objectives: What the front is judged by: with true evaluations in rounds, the
            accuracy in place of the score.
        space: The family of the candidates.
        settings: How it was searched, by name.
    """

    candidates: tuple[Candidate, ...]
    front: tuple[Candidate, ...]
    exhausted: bool
    objectives: tuple[Objective, ...]
    space: SearchSpace[Any] = field(compare=False, repr=False)
    settings: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        candidates: Sequence[Candidate],
        objectives: Sequence[Objective],
        *,
        exhausted: bool,
        space: SearchSpace[Any],
        settings: Mapping[str, Any],
    ) -> "SearchResult":
        """Make a result of candidates, with their front."""
        best = pareto_front(cost_matrix(candidates, objectives))
        front = tuple(candidates[i] for i in best)
        return cls(tuple(candidates), front, exhausted, tuple(objectives), space, settings)


def write_history(path: Path, result: SearchResult) -> None:
    """Write candidates as Parquet, in the order in which they were found.

    Args:
        path: Where to; a file that is there is replaced.
        result: Of the search.
    """
    import pyarrow as pa  # slow to import, and needed when all is found
    import pyarrow.parquet as pq

    family, candidates = result.space.name, result.candidates
    best = {candidate.key for candidate in result.front}
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
