"""Where a test is carried out: trainings, networks and measurements, all kept on disk."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gennape.estimator.models.registry import ENCODERS
from gennape.evaluation.transfer.cells import cell
from gennape.evaluation.transfer.facts import TrainingFacts, duration
from gennape.evaluation.transfer.failures import Failures
from gennape.evaluation.transfer.jobs import Job
from gennape.evaluation.transfer.methods import Size
from gennape.evaluation.transfer.pools import Pool
from gennape.evaluation.transfer.protocols import COLUMNS
from gennape.evaluation.transfer.rankings import ByEstimator, BySize, Ranking
from gennape.evaluation.transfer.results import Record
from gennape.evaluation.transfer.tables import JudgedTable
from gennape.utils.progress import ProgressCallback


@dataclass
class Workbench:
    """A test in progress.

    Attributes:
        data_dir: The data folder.
        out: Where everything is kept.
        failures: What could not be done so far.
        report: Told of the progress.
        records: What was measured so far.
        seconds: How long the measurements took.
    """

    data_dir: str | os.PathLike[str] | None
    out: Path
    failures: Failures
    report: ProgressCallback
    records: list[Record] = field(default_factory=list)
    seconds: float = 0.0
    _pools: dict[str, Pool] = field(default_factory=dict, init=False)

    @property
    def given(self) -> Path:
        """Folder of the estimator that was given."""
        return self.out / "estimators" / "given"

    @property
    def _runs(self) -> Path:
        return self.out / "estimators"

    def train(self, jobs: Sequence[Job]) -> None:
        """All trainings of some jobs that are not finished yet."""
        runs = [job.run for job in jobs if job.run and not job.run.finished(self._runs)]
        expected = duration(sum(run.expected_seconds for run in runs))
        for done, run in enumerate(runs):
            self.report(f"{len(runs)} trainings, roughly {expected}", done, len(runs))
            with self.failures.noted(f"training {run.name}"):
                run.train(self.data_dir, self._runs, self.report)
        if runs:
            self.report(f"{len(runs)} trainings, roughly {expected}", len(runs), len(runs))

    def measure(self, jobs: Sequence[Job]) -> None:
        """All measurements of some jobs, table by table."""
        ready = [job for job in jobs if not job.run or job.run.finished(self._runs)]
        tables = dict.fromkeys(table for job in ready for table in job.judged)
        for table in tables:
            on_table = [job for job in ready if table in job.judged]
            pool = self._pool(table)
            with self.failures.noted(f"networks of {table.name}"):
                pool.read(list(ENCODERS), self.report)
                self._pools[table.name] = pool
                for done, job in enumerate(on_table):
                    self.report(f"ranking {table.name}", done, len(on_table))
                    self._measure(job, pool)
                self.report(f"ranking {table.name}", len(on_table), len(on_table))

    def views(self) -> dict[str, ByEstimator]:
        """The networks that could be read, by table, as the given estimator sees them."""
        return {name: self._view(pool, self.given) for name, pool in self._pools.items()}

    def trainings(self, jobs: Sequence[Job]) -> list[TrainingFacts]:
        """What is to be known of the finished trainings."""
        runs = [job.run for job in jobs if job.run and job.run.finished(self._runs)]
        return [
            TrainingFacts(
                run.name,
                run.seed,
                tuple(table.name for table in run.tables),
                run.config.rows_per_family,
                run.seconds(self._runs),
            )
            for run in runs
        ]

    def _pool(self, table: JudgedTable) -> Pool:
        return Pool(table, self.out / "networks")

    def _view(self, pool: Pool, estimator: Path) -> ByEstimator:
        return ByEstimator(estimator, pool, self.out / "embeddings")

    def _measure(self, job: Job, pool: Pool) -> None:
        ranking = self._ranking(job, pool)
        for column in COLUMNS:
            if column.table == pool.table.name:
                with self.failures.noted(f"{job.name}, {column.title}"):
                    measured = cell(
                        self.out / "cells",
                        f"{column.table}-{column.label}",
                        ranking,
                        pool.table.accuracies(column.label),
                        pool.sizes()["flops"],
                    )
                    self.seconds += measured.seconds
                    self.records += [
                        Record(job.protocol, job.method.name, job.seed, column, measurement)
                        for measurement in measured.measurements
                    ]

    def _ranking(self, job: Job, pool: Pool) -> Ranking:
        if isinstance(job.method, Size):
            return BySize(job.method.name, pool)
        folder = job.run.folder(self._runs) if job.run else self.given
        return self._view(pool, folder)
