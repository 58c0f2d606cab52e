"""Experiments of the transfer test: each method with its training and the tables it ranks."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gennape.benchmarks import BenchmarkError
from gennape.estimator import EstimatorConfig, pretrain
from gennape.evaluation.transfer import protocols
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.protocols import METHODS, Protocol, RankingMethod
from gennape.utils.files import digest_of
from gennape.utils.progress import ProgressCallback


@dataclass(frozen=True)
class TrainingRun:
    """One training for the test.

    Attributes:
        name: What reports call it.
        config: The recipe.
        seed: Of the training.
        tables: What is learned from.
    """

    name: str
    config: EstimatorConfig
    seed: int
    tables: tuple[EvalTable, ...]

    @cached_property
    def version(self) -> str:
        """Name of the estimator, which changes with recipe, seed and data."""
        data = [(table.name, table.sha256) for table in self.tables]
        return f"{self.name}-{digest_of([self.config.to_json(), self.seed, data])}"

    def train(
        self, data_dir: str | os.PathLike[str] | None, folder: Path, report: ProgressCallback
    ) -> None:
        """Train the estimator into a folder of `folder`; a killed training goes on where it was.

        Raises:
            BenchmarkError: There is no table to learn from.
        """
        if not self.tables:
            raise BenchmarkError("no table that may be learned from can be read")

        def named(what: str, done: int, total: int, note: str = "") -> None:
            report(self.name, done, total)  # one bar, which each stage begins anew

        names = [table.name for table in self.tables]
        pretrain(names, folder / self.version, self.config, self.seed, named, data_dir=data_dir)


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


def plan_experiments(
    protocol: Protocol, tables: Mapping[str, EvalTable], seeds: Sequence[int], *, quick: bool
) -> Iterator[Experiment]:
    """Plan all experiments of a protocol, in the order of its methods.

    Args:
        protocol: The protocol.
        tables: The tables that can be read, by name.
        seeds: Of the trainings.
        quick: Whether only the methods of the quick test are compared, and trained briefly.
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
                yield Experiment(protocol, method, ranked, TrainingRun(name, config, seed, learned))
