"""Folder of a labelling: one data set, one recipe, any number of runs.

| file | content |
|---|---|
| `settings.json` | the data set's name and sha256, the recipe, the version of the fingerprints |
| `workspace.lock` | that a process writes what is not of one run, or once has |
| `runs/KEY.json` | a run that has ended, `KEY` its fingerprint and seed |
| `runs/KEY.pt` | a run that goes on, as it was after its last epoch |
| `runs/KEY.lock` | that a process works on it, or once has |
| `runs.parquet` | one row a run that has ended |
| `labels.csv` | mean accuracies of networks that were trained, as `gennape fine-tune` reads them |
| `labels.parquet` | accuracies of networks of families, as `gennape.benchmarks.load` reads them |
"""

import csv
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import mean
from typing import Any

import pyarrow.parquet as pq

from gennape import spaces
from gennape.benchmarks.canonical import CanonicalWriter, MeasuredValue, new_table
from gennape.graph import ComputationGraph
from gennape.graph.hashing import HASH_VERSION
from gennape.labelling.dataset import Dataset
from gennape.labelling.recipe import Recipe
from gennape.labelling.run_record import RunRecord, RunStatus, read_record, table_of
from gennape.utils.errors import writing
from gennape.utils.files import sha256_of
from gennape.utils.workspace import Workspace

RUNS, MEANS, LABELS = "runs.parquet", "labels.csv", "labels.parquet"
_HASH = "hash_version"


@dataclass(frozen=True, eq=False)
class LabellingRun:
    """Training of one network with one seed.

    Attributes:
        graph: The network.
        seed: Of all randomness.
    """

    graph: ComputationGraph
    seed: int

    @cached_property
    def key(self) -> str:
        """Name of the run in its folder."""
        return f"{self.graph.fingerprint}-{self.seed}"


class LabellingFolder:
    """Folder of the runs of a data set and a recipe.

    Args:
        path: Made if it is not there.
        dataset: Images that networks learn from.
        recipe: Of the training.

    Attributes:
        path: The folder, absolute.
        runs: Folder of the files of single runs.
        workspace: Its settings and tables; entered, it keeps other processes from them.
        has_earlier_names: Whether fingerprints of an earlier hash may name some runs.

    Raises:
        WorkspaceError: The folder is of another data set or recipe.
    """

    def __init__(self, path: str | os.PathLike[str], dataset: Dataset, recipe: Recipe) -> None:
        self.path = Path(path).absolute()  # workers elsewhere may stand in another folder
        self.runs = self.path / "runs"
        with writing(self.runs):
            self.runs.mkdir(parents=True, exist_ok=True)
        settings = {
            "dataset": dataset.name,
            "sha256": dataset.sha256,
            "recipe": recipe.described(),
            _HASH: HASH_VERSION,
        }
        self.workspace = Workspace(self.path, settings, wait=True, upgrade=_upgrade)
        with self.workspace:
            self.has_earlier_names = bool(self.workspace.records)

    def record(self, run: LabellingRun) -> Path:
        """Return the path of the record of a run that has ended."""
        return self.runs / f"{run.key}.json"

    def checkpoint(self, run: LabellingRun) -> Path:
        """Return the path of the last state of a run that has not ended."""
        return self.runs / f"{run.key}.pt"

    def lock(self, run: LabellingRun) -> Path:
        """Return the path of the lock of a run."""
        return self.runs / f"{run.key}.lock"

    def records(self) -> list[RunRecord]:
        """Read all records, in the order of their architectures and seeds."""
        records = map(read_record, self.runs.glob("*.json"))
        return sorted(records, key=lambda record: (record.architecture, record.seed))

    def write_tables(self) -> None:
        """Write the tables of all runs that have ended."""
        with self.workspace as workspace:
            records = self.records()
            runs = workspace.write(RUNS, lambda path: pq.write_table(table_of(records), path))
            workspace.write(MEANS, lambda path: _write_means(records, path))
            digest = sha256_of(runs)
            with new_table(self.path / LABELS) as table:
                for record in records:
                    _write_labels(record, table, digest)


def _upgrade(known: dict[str, Any]) -> tuple[dict[str, Any], Callable[[list[Any]], list[Any]]]:
    """Give settings from before hashes had a version that of today, and say so in a record."""
    return {_HASH: HASH_VERSION, **known}, lambda records: [{_HASH: 1}]


def _write_means(records: Sequence[RunRecord], path: Path) -> None:
    """Write the mean last accuracy of each network, over its seeds."""
    accuracies: dict[str, list[float]] = {}
    for record in records:
        if record.status is RunStatus.TRAINED:
            accuracies.setdefault(record.architecture, []).append(record.accuracy)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("model", "accuracy"))
        writer.writerows((name, f"{mean(found):.6g}") for name, found in accuracies.items())


def _write_labels(record: RunRecord, table: CanonicalWriter, digest: str) -> None:
    """Write the last accuracies of a network of a family that was trained to the end."""
    found = spaces.split(record.architecture)
    if record.status is not RunStatus.TRAINED or found is None:
        return
    family, architecture = found
    last = {"train": record.train_accuracy[-1], "test": record.accuracy}
    for split, accuracy in last.items():
        measured = MeasuredValue(
            family,
            architecture,
            record.dataset,
            split,
            "accuracy",
            accuracy,
            record.epochs,
            record.seed,
            record.seconds,
            record.macs,
            record.parameters,
        )
        table.write(measured, RUNS, digest)
