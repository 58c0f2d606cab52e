"""The folder of a labelling: one data set, one recipe, any number of runs.

| file | what it holds |
|---|---|
| `settings.json` | the data set's name and sha256, the recipe, the version of the fingerprints |
| `runs/KEY.json` | a run that has ended, `KEY` its fingerprint and seed |
| `runs/KEY.pt` | a run that goes on, as it was after its last epoch |
| `runs/KEY.claim` | that a process works on it, or once has |
| `runs.parquet` | one row a run that has ended |
| `labels.csv` | mean accuracies of networks that were trained, as `gennape fine-tune` reads them |
| `labels.parquet` | accuracies of networks of families, as `gennape.benchmarks.load` reads them |
"""

import csv
import json
import os
from collections.abc import Sequence
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
from gennape.labelling.claim import turn
from gennape.labelling.dataset import Dataset
from gennape.labelling.errors import LabellingError
from gennape.labelling.recipe import Recipe
from gennape.labelling.record import Record, Status, read_record, table_of
from gennape.reports.storage import sha256_of, write_whole

RUNS, MEANS, LABELS = "runs.parquet", "labels.csv", "labels.parquet"


@dataclass(frozen=True, eq=False)
class Run:
    """One training that is asked for."""

    graph: ComputationGraph
    seed: int

    @cached_property
    def key(self) -> str:
        """Names the run in its folder."""
        return f"{self.graph.fingerprint}-{self.seed}"


class Folder:
    """Where the runs of a data set and a recipe are.

    Args:
        path: Made if it is not there.
        dataset: What is learned.
        recipe: How.

    Attributes:
        runs: Where what belongs to one run is.
        hash_version: The oldest of the fingerprints that name its runs.

    Raises:
        LabellingError: The folder is of another data set or recipe.
    """

    def __init__(self, path: str | os.PathLike[str], dataset: Dataset, recipe: Recipe) -> None:
        self.path = Path(path).absolute()  # workers elsewhere may stand in another folder
        self.runs = self.path / "runs"
        self.runs.mkdir(parents=True, exist_ok=True)
        settings = {
            "dataset": dataset.name,
            "sha256": dataset.sha256,
            "recipe": recipe.described(),
        }
        with self.turn():
            self.hash_version = self._keep(settings)

    def record(self, run: Run) -> Path:
        """Where the record of a run is, once it has ended."""
        return self.runs / f"{run.key}.json"

    def checkpoint(self, run: Run) -> Path:
        """Where a run is that has not ended."""
        return self.runs / f"{run.key}.pt"

    def claim(self, run: Run) -> Path:
        """The claim of a run."""
        return self.runs / f"{run.key}.claim"

    def records(self) -> list[Record]:
        """Of all runs that have ended, in the order of their architectures and seeds."""
        records = map(read_record, self.runs.glob("*.json"))
        return sorted(records, key=lambda record: (record.architecture, record.seed))

    def write_tables(self) -> None:
        """Write the tables of all runs that have ended."""
        with self.turn():
            records = self.records()
            runs = self.path / RUNS
            write_whole(runs, lambda partial: pq.write_table(table_of(records), partial))
            write_whole(self.path / MEANS, lambda partial: _write_means(records, partial))
            digest = sha256_of(runs)
            with new_table(self.path / LABELS) as table:
                for record in records:
                    _write_labels(record, table, digest)

    def turn(self) -> Any:
        """A time in which no other process writes what is not of one run."""
        return turn(self.path / "folder.claim")

    def _keep(self, settings: dict[str, Any]) -> int:
        """Write the settings, or compare them with those that are kept; the hash version."""
        path = self.path / "settings.json"
        if not path.exists():
            text = json.dumps({**settings, "hash_version": HASH_VERSION}, indent=2)
            write_whole(path, lambda partial: partial.write_text(text, encoding="utf-8"))
            return HASH_VERSION
        known = json.loads(path.read_text(encoding="utf-8"))
        version: int = known.pop("hash_version", 1)
        if known != settings:
            changed = [name for name in settings if known.get(name) != settings[name]]
            raise LabellingError(
                f"{self.path} has runs of another {' and '.join(changed)} (see {path}); "
                "give another folder"
            )
        return version


def _write_means(records: Sequence[Record], path: Path) -> None:
    """Write the mean last accuracy of each network, over its seeds."""
    accuracies: dict[str, list[float]] = {}
    for record in records:
        if record.status is Status.TRAINED:
            accuracies.setdefault(record.architecture, []).append(record.accuracy)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("model", "accuracy"))
        writer.writerows((name, f"{mean(found):.6g}") for name, found in accuracies.items())


def _write_labels(record: Record, table: CanonicalWriter, digest: str) -> None:
    """The last accuracies of a network of a family that was trained to the end."""
    found = spaces.split(record.architecture)
    if record.status is not Status.TRAINED or found is None:
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
