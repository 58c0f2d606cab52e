"""Mutated files of every kind that gennape reads, and what became of each.

Mutants are read in processes with limits: 10 seconds of the processor, and 1 GiB of memory beyond
what the reader has and the file is long. Results are kept in FOLDER, where a run goes on and one
with more mutants begins; files that were not read right are kept there too.

Run: PYTHONPATH=tests python -P benchmarks/fuzz.py FOLDER --mutants 100000
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from math import ceil
from pathlib import Path

from fuzz.harness import FuzzPool, FuzzTarget
from fuzz.outcomes import Outcome
from fuzz.targets import TARGETS
from gennape.utils.workspace import Workspace

_BATCH = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mutants", type=int, default=100_000, help="of all targets together")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=[""], help="how the names of targets begin")
    arguments = parser.parse_args()
    share = sum(target.mutants(_BATCH) for target in TARGETS) / _BATCH
    usual = ceil(arguments.mutants / share)
    chosen = [target for target in TARGETS if target.name.startswith(tuple(arguments.only))]
    with (
        Workspace(arguments.folder, {"targets": "fuzz 1"}) as workspace,
        FuzzPool(arguments.processes, arguments.folder / "wrong") as pool,
    ):
        done = Counter(record["target"] for record in workspace.records)
        for end in range(_BATCH, usual + _BATCH, _BATCH):
            for target in chosen:  # in turn, so that a run that is ended has tried all
                wanted = target.mutants(min(end, usual))
                _run(workspace, pool, target, range(done[target.name], wanted))
                done[target.name] = max(done[target.name], wanted)
        print(table(workspace.records, chosen))


def _run(workspace: Workspace, pool: FuzzPool, target: FuzzTarget, numbers: range) -> None:
    for trial in pool.run(target, numbers):
        record = {"target": target.name, "number": trial.number, "outcome": trial.outcome}
        if not trial.is_right:
            record |= {"seed": trial.seed, "detail": trial.detail}
            print(f"{target.name} {trial.number}: {trial.outcome}: {trial.detail}\n", flush=True)
        workspace.append(record)


def table(records: Iterable[dict[str, object]], targets: Iterable[FuzzTarget]) -> str:
    """Tabulate what became of the mutants of each target, as Markdown."""
    counts = Counter((record["target"], record["outcome"]) for record in records)
    names = [target.name for target in targets]
    lines = [
        f"| reader | tried | {' | '.join(Outcome)} |",
        f"|---|---:|{'---:|' * len(Outcome)}",
    ]
    for name, of in (*((name, [name]) for name in names), ("all", names)):
        found = [sum(counts[one, outcome] for one in of) for outcome in Outcome]
        lines.append(f"| {name} | {sum(found):,} | {' | '.join(f'{n:,}' for n in found)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
