"""Experiments of the transfer test: each method with its training and the tables it ranks."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter

from gennape.estimator import EstimatorConfig, pretrain
from gennape.evaluation.transfer import protocols
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.protocols import METHODS, Protocol, RankingMethod
from gennape.utils.files import digest_of
from gennape.utils.progress import ProgressCallback

_SECONDS = "seconds.json"


@dataclass(frozen=True)
class TrainingRun:
    """One training for the test.

    Attributes:
        name: What reports and folders call it.
        config: The recipe.
        seed: Of the training.
        tables: What is learned from.
        folder: Where trained estimators are kept.
    """

    name: str
    config: EstimatorConfig
    seed: int
    tables: tuple[EvalTable, ...]
    folder: Path

    @cached_property
    def path(self) -> Path:
        """Folder of the trained estimator; its name changes with recipe, seed and data."""
        data = [(table.name, table.sha256) for table in self.tables]
        return self.folder / f"{self.name}-{digest_of([self.config.to_json(), self.seed, data])}"

    @property
    def seconds(self) -> float:
        """How long the training took, in the process that finished it."""
        return float(json.loads((self.path / _SECONDS).read_text()))

    def train(self, data_dir: str | os.PathLike[str] | None, report: ProgressCallback) -> None:
        """Train the estimator; a killed training goes on where it was.

        Raises:
            ValueError: There is no table to learn from.
        """
        if not self.tables:
            raise ValueError("no table that may be learned from can be read")
        start = perf_counter()
        unfinished = self.path.with_suffix(".unfinished")

        def named(what: str, done: int, total: int, note: str = "") -> None:
            report(self.name, done, total)  # one bar, which each stage begins anew

        names = [table.name for table in self.tables]
        pretrain(data_dir, unfinished, self.config, self.seed, named, names)
        (unfinished / _SECONDS).write_text(json.dumps(round(perf_counter() - start, 1)))
        os.replace(unfinished, self.path)


@dataclass(frozen=True)
class Experiment:
    """One method that ranks some tables after its training, where it has one."""

    protocol: Protocol
    method: RankingMethod
    tables: tuple[EvalTable, ...]
    training: TrainingRun | None = None

    @property
    def title(self) -> str:
        """What failures call it."""
        return f"{self.method.title}, {self.training.name}" if self.training else self.method.title

    @property
    def is_ready(self) -> bool:
        """Whether there is no training that is not finished."""
        return self.training is None or self.training.path.exists()


def plan_experiments(
    protocol: Protocol,
    tables: Mapping[str, EvalTable],
    seeds: Sequence[int],
    *,
    quick: bool,
    folder: Path,
) -> Iterator[Experiment]:
    """Plan all experiments of a protocol, in the order of its methods.

    Args:
        protocol: The protocol.
        tables: The tables that can be read, by name.
        seeds: Of the trainings.
        quick: Whether only the methods of the quick test are compared, and trained briefly.
        folder: Where trained estimators are kept.
    """
    for method in METHODS[protocol]:
        if quick and not method.quick:
            continue
        if method.recipe is None:
            yield Experiment(protocol, method, tuple(tables.values()))
            continue
        for group in dict.fromkeys(protocols.group_of(name, protocol) for name in tables):
            ranked = tuple(table for name, table in tables.items() if name in group)
            names = protocols.training_tables(protocol, ranked[0].name, list(tables))
            learned = tuple(tables[name] for name in names)
            config = protocols.training_config(method.recipe, max(len(names), 1), quick)
            left_out = f"-without-{ranked[0].name}" if protocol == "leave-one-out" else ""
            for seed in seeds:
                name = f"{method.recipe}{left_out}-seed{seed}"
                run = TrainingRun(name, config, seed, learned, folder)
                yield Experiment(protocol, method, ranked, run)
