"""The transfer test: train, rank every labelled family, compare, report."""

import os
from dataclasses import dataclass
from pathlib import Path

from gennape import benchmarks
from gennape.benchmarks.tables import data_folder
from gennape.estimator import load
from gennape.evaluation.transfer.facts import Facts
from gennape.evaluation.transfer.failures import Failure, Failures
from gennape.evaluation.transfer.jobs import Job, jobs
from gennape.evaluation.transfer.methods import QUICK, WHOLE
from gennape.evaluation.transfer.protocols import FAMILIES, PROTOCOLS
from gennape.evaluation.transfer.report.content import document
from gennape.evaluation.transfer.report.figures import figures
from gennape.evaluation.transfer.report.maps import require_plotting
from gennape.evaluation.transfer.results import Results
from gennape.evaluation.transfer.tables import read_tables
from gennape.evaluation.transfer.workbench import Workbench
from gennape.reports.files import PAGE, write_report
from gennape.utils.progress import ProgressCallback, no_progress


@dataclass(frozen=True)
class Transfer:
    """What a transfer test came to.

    Attributes:
        results: Everything that was measured.
        failures: What could not be done.
        report: The page to look at; Markdown and numbers are beside it.
    """

    results: Results
    failures: tuple[Failure, ...]
    report: Path


def transfer(
    data_dir: str | os.PathLike[str] | None,
    out_dir: str | os.PathLike[str],
    estimator: str | Path = "nasbench101",
    quick: bool = False,
    seeds: int = 1,
    report: ProgressCallback = no_progress,
) -> Transfer:
    """Judge sizes, baselines, an estimator and its ablations on every labelled family.

    Two protocols: trained on NAS-Bench-101 only, where `estimator` is the full one, and
    trained on every family but the judged one. Each training and each measurement is kept
    in `out_dir`, so that a killed test goes on where it was. What cannot be done is
    reported, and the rest goes on.

    Args:
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.
        out_dir: Where report, results and everything kept are written.
        estimator: A checkpoint trained on NAS-Bench-101 only, or the name of a bundled one.
        quick: Fewer networks, methods and epochs: a test of the test.
        seeds: How many trainings there are of each estimator that is trained.
        report: Told of the progress.

    Raises:
        BenchmarkError: There is no data folder.
        CheckpointError: There is no such estimator.
        MissingExtraError: Plots cannot be drawn.
        ValueError: No table of the data folder can be read.
    """
    require_plotting()
    data_folder(data_dir)
    given = load(estimator)
    scale, failures, out = QUICK if quick else WHOLE, Failures(), Path(out_dir)
    tables = read_tables(tuple(FAMILIES), data_dir, scale, failures)
    if not any(name in benchmarks.names() for name in tables):
        raise ValueError(f"no labelled table can be read; {failures[0]}")
    bench = Workbench(data_dir, out, failures, report)
    given.save(bench.given)
    command = _command(estimator, quick, seeds)
    done: list[Job] = []
    results = Results(())
    for protocol in PROTOCOLS:
        planned = jobs(protocol, scale, range(seeds), tables, failures)
        bench.train(planned)
        bench.measure(planned)
        done += planned
        results = Results(bench.records)
        facts = Facts.of(
            command, quick, range(seeds), tables.values(), bench.trainings(done), bench.seconds
        )
        _write(bench, results, facts)
    return Transfer(results, tuple(failures), out / PAGE)


def _write(bench: Workbench, results: Results, facts: Facts) -> None:
    """Results, and a report of them."""
    results.write(bench.out, facts.plain())
    plots = figures(results, bench.views())
    write_report(document(results, facts, bench.failures, plots), bench.out)


def _command(estimator: str | Path, quick: bool, seeds: int) -> str:
    """What makes the same report; folders are everyone's own."""
    options = [f"--estimator {estimator}"]
    options += ["--quick"] if quick else []
    options += [f"--seeds {seeds}"] if seeds > 1 else []
    return " ".join(["gennape evaluate transfer --data DIR --out DIR", *options])
