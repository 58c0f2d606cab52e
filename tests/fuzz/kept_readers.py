"""Readers of what gennape keeps for itself: states of trainings, transfer tests, caches, tables.

Each takes a path, for `fuzz.kept_targets`, and returns the numbers that it read or computed.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import numpy as np
import pytest

from gennape import benchmarks
from gennape.benchmarks import zoo_graphs
from gennape.benchmarks.images import read_cifar10
from gennape.benchmarks.tables import registry
from gennape.benchmarks.zoo_networks import ZooNetwork
from gennape.estimator import Estimator, pretrain
from gennape.evaluation.transfer import TransferResults
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.provenance import run_provenance
from gennape.evaluation.transfer.report import transfer_report
from gennape.evaluation.transfer.runner import ExperimentRunner, FailureLog
from gennape.frontends.graph_cache import GraphCache
from gennape.graph import ComputationGraph, GraphBatch, canonical
from gennape.utils.cache import CACHE_VARIABLE
from gennape.utils.isolated import IsolatedResult
from gennape.utils.progress import ProgressCallback, no_progress
from gennape.utils.workspace import Workspace
from helpers.tiny_tables import TINY, random_graphs, tiny_estimator, write_nasbench201

RECIPE = replace(TINY, views=TINY.views[:1], clusters=2)
_NETWORKS = 6


def train(folder: Path, report: ProgressCallback = no_progress) -> Estimator:
    """Train an estimator of few networks."""
    family = (random_graphs(_NETWORKS), [3.0, 1.0, 4.0, 1.5, 9.0, 2.5])
    return pretrain({"mine": family}, folder, RECIPE, report=report)


def _predicted(estimator: Estimator) -> list[float]:
    found = estimator.predict(random_graphs(3, seed=1))
    return [*found.score.tolist(), *found.uncertainty.tolist()]


@cache
def _uninterrupted() -> list[float]:
    with TemporaryDirectory() as folder:
        return _predicted(train(Path(folder)))


def pretrained(folder: Path) -> list[float]:
    """Go on with a training, of which a file may be damaged; that changes no result."""
    found = _predicted(train(folder))
    assert found == _uninterrupted(), "damage has changed the result"
    return found


def pretrained_by(folder: Path) -> list[float]:
    """Go on with a training from a state that somebody has made."""
    return _predicted(train(folder))


@cache
def _ranked() -> tuple[EvalTable, Estimator]:
    folder = Path(mkdtemp())
    write_nasbench201(folder, rows=20)
    return EvalTable.read("nasbench201", folder, None), tiny_estimator()


def transferred(folder: Path) -> list[float]:
    """Go on with a transfer test; return what was measured."""
    table, estimator = _ranked()
    failures = FailureLog()
    with Workspace(folder, {}, "records.jsonl") as workspace:
        tables = {table.name: table}
        run = ExperimentRunner(workspace, tables, estimator, None, failures, no_progress)
        run.run("nasbench101", [], quick=True)
        results = TransferResults(run.rows)
        asked = {"command": "", "quick": True, "seeds": []}
        provenance = run_provenance(asked, [table], run.trainings, run.seconds)
        results.write(folder, provenance)
        transfer_report(results, provenance, failures, lambda report: None).write(folder)
    assert not failures, failures
    return [value for row in run.rows for value in row.values() if isinstance(value, int | float)]


ZOO = tuple(ZooNetwork(f"timm:network{place}", 32, 10) for place in range(4))
TABLE = "0" * 64


def zoo_graph(network: ZooNetwork) -> GraphBatch:
    """Give some graph in place of that of a network; the last one has none."""
    place = ZOO.index(network)
    if place == len(ZOO) - 1:
        raise ValueError("no such network")
    return replace(canonical(GraphBatch.of(random_graphs(1, place))), names=(network.name,))


def _build_here(
    _: Callable[[Any], Any], items: Sequence[Any], **__: Any
) -> Generator[IsolatedResult, None, None]:
    for place, item in enumerate(items):
        try:
            yield IsolatedResult(place, zoo_graph(item))
        except ValueError as error:
            yield IsolatedResult(place, error=str(error))


@contextmanager
def zoo_cache(folder: Path) -> Iterator[None]:
    """Have the zoo's graphs kept in a folder, and built without its packages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(folder))
        patch.setattr(zoo_graphs, "run_isolated", _build_here)
        patch.setattr(zoo_graphs, "find_spec", lambda name: name)
        yield


def zoo(folder: Path) -> list[float]:
    """Read the graphs of the model zoo; what is missing is built, and damage changes none."""
    with zoo_cache(folder):
        batch = zoo_graphs.load_zoo_graphs(ZOO, TABLE, no_progress)
        reasons = zoo_graphs.failures(TABLE)
    assert all(reason.isprintable() for reason in reasons.values())
    known = {graph.names[0]: graph.graph(0).fingerprint for graph in map(zoo_graph, ZOO[:-1])}
    found = {name: batch.graph(place).fingerprint for place, name in enumerate(batch.names)}
    assert found.items() <= known.items(), "damage has changed a graph"
    return [float(value) for value in (*batch.macs, *batch.parameters)]


@cache
def kept_graph() -> ComputationGraph:
    """Give a graph with all that a cache keeps of one."""
    return replace(random_graphs(1)[0], name="kept")


def graph_cache(folder: Path) -> list[float]:
    """Look for a graph in a cache of graphs; what is found is the one that was kept."""
    (path,) = folder.glob("*/*.npz")
    found = GraphCache(folder, 1).get(path.parent.name + path.stem)
    if found is None:
        return []
    assert found.fingerprint == kept_graph().fingerprint
    return [float(found.macs), float(found.parameters)]


def labelled_table(path: Path) -> list[float]:
    """Read a labelled table; return its labels, and costs of its first networks."""
    (name,) = (name for name, file in registry._FILES.items() if file == path.name)
    table = benchmarks.load(name, path.parent)
    labels = np.concatenate([*table.labels.values()])
    known = labels[np.isfinite(labels)].tolist()
    if table.space is None:
        return known
    return [*known, *(float(graph.macs) for graph in table.graphs(np.arange(len(table))[:3]))]


def images(path: Path) -> list[float]:
    """Read CIFAR-10; return the sums of its pixels."""
    found = read_cifar10(path)
    return [float(found.pixels.sum()), *found.labels.tolist()]
