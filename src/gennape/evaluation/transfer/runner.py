"""The run of a transfer test: trainings and measurements, all kept in one workspace."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from gennape.benchmarks import BenchmarkError
from gennape.estimator import Estimator, load
from gennape.estimator.array_scoring import predict_arrays
from gennape.estimator.checkpoint import DESCRIPTION, WEIGHTS, CheckpointError
from gennape.evaluation.few_shot import FewShotScores, fine_tuned_scores, measure
from gennape.evaluation.transfer.eval_table import EncodedNetworks, EvalTable, FloatArray
from gennape.evaluation.transfer.experiments import Experiment, TrainingRun, plan_experiments
from gennape.evaluation.transfer.protocols import COLUMNS, SIZES, Protocol
from gennape.evaluation.transfer.records import kept_records
from gennape.evaluation.transfer.results import LABEL_COUNTS
from gennape.utils.errors import WriteError
from gennape.utils.files import digest_of, sha256_of
from gennape.utils.progress import ProgressCallback
from gennape.utils.workspace import Workspace


class FailureLog(dict[str, str]):
    """Parts of the test that could not be done, and why in one sentence each."""

    @contextmanager
    def noted(self, part: str) -> Iterator[None]:
        """Do a part of the test in the block of `with`; note its error and go on.

        A file that cannot be written ends the test, which later goes on from there.
        """
        try:
            yield
        except WriteError:
            raise
        except Exception as error:  # whatever is wrong with one part must not harm the others
            reason = " ".join(str(error).split())
            expected = isinstance(error, ValueError | OSError) and reason
            self[part] = reason if expected else f"{type(error).__name__}: {reason}"


@dataclass
class ExperimentRunner:
    """A transfer test in progress.

    Each training and each measurement is a record of the workspace, under a key that changes
    with table, recipe, seed and estimator.

    Attributes:
        workspace: Where everything is kept, entered.
        tables: The tables that can be read, by name.
        estimator: The full estimator.
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.
        failures: Gets what cannot be done.
        report: Told of the progress.
        trainings: The finished trainings.
        rows: What was measured so far, see `TransferResults`.
        seconds: How long each training and each measurement took, by its key.
    """

    workspace: Workspace
    tables: Mapping[str, EvalTable]
    estimator: Estimator
    data_dir: str | os.PathLike[str] | None
    failures: FailureLog
    report: ProgressCallback
    trainings: list[TrainingRun] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _records: dict[str, dict[str, Any]] = field(init=False, default_factory=dict)

    def run(self, protocol: Protocol, seeds: Sequence[int], *, quick: bool) -> None:
        """Carry out the experiments of a protocol, see `plan_experiments`.

        Raises:
            WorkspaceError: The records of the workspace are not of a transfer test.
        """
        self._records = kept_records(self.workspace)
        planned = list(plan_experiments(protocol, self.tables, seeds, quick=quick))
        runs = [experiment.training for experiment in planned if experiment.training]
        for done, run in enumerate(runs, start=1):
            with self.failures.noted(f"training {run.name}"):
                if not self._has_estimator(run):
                    self._records.pop(run.version, None)
                train = partial(run.train, self.data_dir, self._estimators, self.report)
                self._kept(run.version, train)
                self.trainings.append(run)
            self.report("trainings", done, len(runs))
        ready = [one for one in planned if not one.training or one.training in self.trainings]
        for table in self.tables.values():
            with self.failures.noted(f"networks of {table.name}"):
                self._rank(
                    table, [experiment for experiment in ready if table in experiment.tables]
                )

    def _rank(self, table: EvalTable, experiments: Sequence[Experiment]) -> None:
        """Measure the rankings of a table, and read its networks if any is new."""
        columns = [column for column in COLUMNS if column.table == table.name]
        encode = cache(partial(table.encode, self.report))
        for done, experiment in enumerate(experiments, start=1):
            version = self._version(experiment)
            keys = [digest_of([version, table.version, column.label]) for column in columns]
            if not self._records.keys() >= set(keys):
                encode()
            scores = cache(partial(self._scores, experiment, encode))
            for column, key in zip(columns, keys, strict=True):
                with self.failures.noted(f"{experiment.title}, {column.title}"):
                    accuracies = table.accuracies(column.label)
                    rows = self._kept(key, partial(_measured, scores, accuracies, encode))
                    facts = {
                        "protocol": experiment.protocol,
                        "method": experiment.method.name,
                        "seed": experiment.training.seed if experiment.training else 0,
                        "table": column.table,
                        "label": column.label,
                    }
                    self.rows += [facts | row for row in rows]
            self.report(f"ranking {table.name}", done, len(experiments))

    def _kept(self, key: str, compute: Callable[[], Any]) -> Any:
        """Return what was computed under a key, plain values, or compute it."""
        if key not in self._records:
            start = perf_counter()
            value = compute()
            seconds = round(perf_counter() - start, 2)
            self._records[key] = {"key": key, "seconds": seconds, "value": value}
            self.workspace.append(self._records[key])
        self.seconds[key] = self._records[key]["seconds"]
        return self._records[key]["value"]

    def _has_estimator(self, run: TrainingRun) -> bool:
        """Tell whether what a training has written can be read."""
        try:
            load(self._estimators / run.version)
        except CheckpointError:
            return False
        return True

    @property
    def _estimators(self) -> Path:
        return self.workspace.folder / "estimators"

    @cached_property
    def _full_version(self) -> str:
        """Digest of the full estimator, of which a copy is kept."""
        folder = self._estimators / "given"
        self.estimator.save_pretrained(folder)
        return digest_of([sha256_of(folder / name) for name in (WEIGHTS, DESCRIPTION)])

    def _version(self, experiment: Experiment) -> str:
        """Name what an experiment's scores depend on, beside networks and code."""
        if experiment.training:
            return experiment.training.version
        name = experiment.method.name
        return name if name in SIZES else self._full_version

    def _scores(
        self, experiment: Experiment, encode: Callable[[], EncodedNetworks]
    ) -> tuple[FloatArray, FewShotScores]:
        """Score networks, `(networks,)`, and prepare to do so after labels."""
        if experiment.method.name in SIZES:
            size = encode().sizes[experiment.method.name]
            return size, lambda given, accuracies, rest: size[rest]
        training = experiment.training
        estimator = load(self._estimators / training.version) if training else self.estimator
        features = encode().features[estimator.config.encoder]
        networks = estimator.few_shot_features(features)
        return predict_arrays(estimator, features).score, partial(fine_tuned_scores, networks)


def _measured(
    scores: Callable[[], tuple[FloatArray, FewShotScores]],
    accuracies: FloatArray,
    encode: Callable[[], EncodedNetworks],
) -> list[dict[str, Any]]:
    """Measure a ranking without labels, and after numbers of labels up to half of the networks."""
    known = int(np.isfinite(accuracies).sum())
    if known < 2:
        raise BenchmarkError(f"{known} networks with a label cannot be ranked")
    log_macs = encode().sizes["flops"]
    counts = [labels for labels in (0, *LABEL_COUNTS) if labels <= known // 2]
    return [row for labels in counts for row in measure(*scores(), accuracies, log_macs, labels)]
