"""The estimators of a test: given ones, and those trained for it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from gennape.estimator import EstimatorConfig, pretrain
from gennape.estimator.checkpoint import DESCRIPTION, WEIGHTS
from gennape.evaluation.transfer.storage import code_digest, digest
from gennape.evaluation.transfer.tables import JudgedTable
from gennape.utils.files import sha256_of
from gennape.utils.progress import ProgressCallback

_READ_A_SECOND = 450
_TRAINED_A_SECOND = {"message-passing": 1250, "k-gnn": 750}
"""Graphs that are read, and that one member learns from, in a second of two cores, roughly."""


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        name: What reports and folders call it.
        config: The recipe.
        seed: Of the training.
        tables: What is learned from.
    """

    name: str
    config: EstimatorConfig
    seed: int
    tables: tuple[JudgedTable, ...]

    @property
    def version(self) -> str:
        """A short name for everything that the result depends on."""
        data = [table.version(self.config.encoder) for table in self.tables]
        code = code_digest("estimator", "graph")
        return digest(self.config.to_json(), self.seed, data, code)

    @property
    def expected_seconds(self) -> float:
        """About how long it takes, for a first idea."""
        cap = self.config.rows_per_family or float("inf")
        rows = sum(min(len(table.benchmark.split.train), cap) for table in self.tables)
        epochs = self.config.epochs + 2 * self.config.contrastive_epochs
        learned = epochs * len(self.config.views) / _TRAINED_A_SECOND[self.config.encoder]
        return rows * (1 / _READ_A_SECOND + learned)

    def folder(self, runs: Path) -> Path:
        """Where its estimator is kept once it is trained."""
        return runs / f"{self.name}-{self.version}"

    def finished(self, runs: Path) -> bool:
        """Whether its estimator is there."""
        return self.folder(runs).exists()

    def train(
        self, data_dir: str | os.PathLike[str] | None, runs: Path, report: ProgressCallback
    ) -> None:
        """Train it, unless that has been done; a killed training goes on where it was."""
        if self.finished(runs):
            return
        start = perf_counter()
        unfinished = self.folder(runs).with_suffix(".unfinished")
        names = [table.name for table in self.tables]

        def named(_: str, done: int, total: int, note: str = "") -> None:
            report(self.name, done, total, note)  # one bar, which each stage begins anew

        pretrain(data_dir, unfinished, self.config, self.seed, named, names)
        seconds = round(perf_counter() - start, 1)
        (unfinished / "seconds.json").write_text(json.dumps(seconds))
        os.replace(unfinished, self.folder(runs))

    def seconds(self, runs: Path) -> float:
        """How long the training took, in the session that finished it."""
        return float(json.loads((self.folder(runs) / "seconds.json").read_text()))


def estimator_version(folder: Path) -> str:
    """A short name for an estimator on disk."""
    return digest(sha256_of(folder / WEIGHTS), sha256_of(folder / DESCRIPTION))
