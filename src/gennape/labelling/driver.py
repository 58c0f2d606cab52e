"""Labelling of many networks, perhaps beside other processes on the same folder."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean
from time import sleep, time

from gennape.graph import ComputationGraph, Op
from gennape.labelling.compute import Compute
from gennape.labelling.dataset import Dataset, LabellingError
from gennape.labelling.earlier_runs import adopt_earlier_runs
from gennape.labelling.engines import Engine, LocalEngine
from gennape.labelling.folder import LabellingFolder, LabellingRun
from gennape.labelling.recipe import Recipe
from gennape.labelling.run_record import RunRecord, read_record
from gennape.labelling.worker import RunWorker
from gennape.utils.errors import WriteError
from gennape.utils.progress import ProgressCallback, no_progress

_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class LabellingResult:
    """Records of a labelling.

    Attributes:
        records: Of the runs that have ended, in the order in which they were asked for.
        left: How many have not, because the time was over.
    """

    records: Sequence[RunRecord]
    left: int


def label_networks(
    graphs: Sequence[ComputationGraph],
    dataset: Dataset,
    recipe: Recipe,
    folder: str | os.PathLike[str],
    *,
    seeds: Sequence[int] = (0,),
    compute: Compute | None = None,
    engine: Engine | None = None,
    hours: float = float("inf"),
    report: ProgressCallback = no_progress,
) -> LabellingResult:
    """Train networks and record how accurate they become.

    Runs that have ended in the folder are not done again. A run that was killed goes on after
    its last whole epoch, with the result that it would have had. Several processes may work
    on one folder: each run is done by one of them, and all wait until the last has ended.

    Args:
        graphs: The networks; of those with one fingerprint the first is trained.
        dataset: Images that they learn from.
        recipe: Of the training.
        folder: Of all results; see `gennape.labelling.folder`.
        seeds: Each network is trained once with each.
        compute: Device and precision; a GPU where the engine has one, unless given.
        engine: Where runs are done; in this process, unless given.
        hours: Ends with the first epoch that ends later.
        report: Told of epochs done, over all runs.

    Raises:
        LabellingError: A network does not fit the data set.
        WorkspaceError: The folder is of another data set or recipe.
    """
    for graph in graphs:
        _check(graph, dataset)
    kept = LabellingFolder(folder, dataset, recipe)
    first: dict[str, LabellingRun] = {}
    for seed in seeds:
        for graph in graphs:
            one = LabellingRun(graph, seed)
            first.setdefault(one.key, one)
    runs = list(first.values())
    adopt_earlier_runs(kept, runs)
    waiting = [one for one in runs if not kept.record(one).exists()]
    engine = engine or LocalEngine()
    end = time() + hours * _SECONDS_AN_HOUR
    total = len(runs) * recipe.epochs

    def tell(epochs: int) -> None:
        report("training", total - len(waiting) * recipe.epochs + epochs, total)

    worker = RunWorker(kept, dataset, recipe, compute or engine.compute())
    try:
        while waiting and time() < end:
            before = len(waiting)
            for one in engine.attempt(worker, tuple(waiting), end, tell):
                waiting.remove(one)
            if len(waiting) == before:
                sleep(_SECONDS_BETWEEN_LOOKS)
    except WriteError:  # the tables could not be written either
        raise
    except BaseException:
        kept.write_tables()
        raise
    kept.write_tables()
    tell(0)
    ended = [read_record(kept.record(one)) for one in runs if one not in waiting]
    return LabellingResult(ended, len(waiting))


def evaluator(
    dataset: Dataset,
    recipe: Recipe,
    folder: str | os.PathLike[str],
    *,
    seeds: Sequence[int] = (0,),
    compute: Compute | None = None,
    engine: Engine | None = None,
    report: ProgressCallback = no_progress,
) -> Callable[[Sequence[ComputationGraph]], list[float]]:
    """Make the function by which a search has networks trained.

    Args:
        dataset: Images that they learn from.
        recipe: Of the training.
        folder: Of all runs; those that have ended there are not done again.
        seeds: Each network is trained once with each.
        compute: Device and precision; a GPU where the engine has one, unless given.
        engine: Where runs are done; in this process, unless given.
        report: Told of the progress of each call.

    Returns:
        Function from networks to test accuracies in percent, means over the seeds, in their
        order; NaN for one that a run did not train to the end.
    """

    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        found = label_networks(
            graphs,
            dataset,
            recipe,
            folder,
            seeds=seeds,
            compute=compute,
            engine=engine,
            report=report,
        )
        accuracies: dict[str, list[float]] = {}
        for record in found.records:
            accuracies.setdefault(record.fingerprint, []).append(record.accuracy)
        return [mean(accuracies[graph.fingerprint]) for graph in graphs]

    return evaluate


def _check(graph: ComputationGraph, dataset: Dataset) -> None:
    """Refuse a network that cannot learn the data set."""
    shapes = [
        tuple(map(int, graph.input_shape[node] if op == Op.OUTPUT else graph.output_shape[node]))
        for op in (Op.INPUT, Op.OUTPUT)
        for node in (graph.operations == op).nonzero()[0]
    ]
    expected = [dataset.image_shape, (dataset.classes, 1, 1)]
    if shapes != expected:
        raise LabellingError(
            f"{graph.name or 'a network'} has inputs and outputs of the shapes {shapes}, "
            f"{dataset.name} needs {expected}"
        )
