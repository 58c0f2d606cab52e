"""The transfer test: from one family, or all others, to every labelled family."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError
from gennape.benchmarks.tables import data_folder
from gennape.estimator import load
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.plots import add_plots, require_plotting
from gennape.evaluation.transfer.protocols import PROTOCOLS, QUICK_NETWORKS, TABLES
from gennape.evaluation.transfer.provenance import code_digest, run_provenance
from gennape.evaluation.transfer.report import transfer_report
from gennape.evaluation.transfer.results import TransferResults
from gennape.evaluation.transfer.runner import ExperimentRunner, FailureLog
from gennape.utils.progress import ProgressCallback, no_progress
from gennape.utils.workspace import Workspace

__all__ = ["TransferResults", "TransferTest", "transfer"]

_RECORDS = "records.jsonl"


@dataclass(frozen=True)
class TransferTest:
    """A finished transfer test.

    Attributes:
        results: Everything that was measured.
        failures: Parts that could not be done, and why.
        report: Path of the page to look at; Markdown and numbers are beside it.
    """

    results: TransferResults
    failures: dict[str, str]
    report: Path


def transfer(
    data_dir: str | os.PathLike[str] | None,
    out_dir: str | os.PathLike[str],
    *,
    estimator: str | Path = "nasbench101",
    quick: bool = False,
    seeds: int = 1,
    report: ProgressCallback = no_progress,
) -> TransferTest:
    """Rank every labelled family by sizes, baselines, an estimator and its ablations.

    Two protocols: trained on NAS-Bench-101 only, where `estimator` is the full one, and
    trained on every family but the ranked one. Each training and each measurement is kept
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
        BenchmarkError: There is no data folder, or no table of it can be read.
        CheckpointError: There is no such estimator.
        MissingExtraError: Plots cannot be drawn.
        WorkspaceError: `out_dir` is of another version of the code or of a test that is quick
            where this one is not, or another process works there.
    """
    require_plotting()
    data_folder(data_dir)
    full, out, failures = load(estimator), Path(out_dir), FailureLog()
    tables: dict[str, EvalTable] = {}
    for name in TABLES:
        with failures.noted(f"table {name}"):
            networks = QUICK_NETWORKS if quick else None
            tables[name] = EvalTable.read(name, data_dir, networks)
    if not any(name in benchmarks.names() for name in tables):
        raise BenchmarkError(f"no labelled table can be read; {next(iter(failures.values()))}")
    command = _command(estimator, quick=quick, seeds=seeds)
    asked = {"command": command, "quick": quick, "seeds": list(range(seeds))}
    with Workspace(out, {"quick": quick, "code": code_digest()}, _RECORDS) as workspace:
        runner = ExperimentRunner(workspace, tables, full, data_dir, failures, report)
        for protocol in PROTOCOLS:
            runner.run(protocol, range(seeds), quick=quick)
            results = TransferResults(runner.rows)
            provenance = run_provenance(asked, tables.values(), runner.trainings, runner.seconds)
            results.write(out, provenance)
            plots = partial(add_plots, results=results, estimator=full, tables=tables)
            page = transfer_report(results, provenance, failures, plots).write(out)
    return TransferTest(results, failures, page)


def _command(estimator: str | Path, *, quick: bool, seeds: int) -> str:
    """Return the command that makes the same report; its folders are everyone's own."""
    options = f" --estimator {estimator}"
    options += " --quick" if quick else ""
    options += f" --seeds {seeds}" if seeds > 1 else ""
    return f"gennape evaluate transfer --data DIR --out DIR{options}"
