"""True evaluation for searches."""

import os
from collections.abc import Callable, Sequence
from statistics import mean

from gennape.graph import ComputationGraph
from gennape.labelling.compute import Compute
from gennape.labelling.dataset import Dataset
from gennape.labelling.engines import Engine
from gennape.labelling.labelling import run
from gennape.labelling.recipe import Recipe
from gennape.utils.progress import ProgressCallback, no_progress


def evaluator(
    dataset: Dataset,
    recipe: Recipe,
    folder: str | os.PathLike[str],
    seeds: Sequence[int] = (0,),
    compute: Compute | None = None,
    engine: Engine | None = None,
    report: ProgressCallback = no_progress,
) -> Callable[[Sequence[ComputationGraph]], list[float]]:
    """What a search calls to have networks trained.

    Args:
        dataset: What they learn.
        recipe: How.
        folder: Where runs are kept; what it holds is not trained again.
        seeds: Each network is trained once with each.
        compute: On what; a GPU where the engine has one, unless given.
        engine: Where; in this process, unless given.
        report: Told of the progress of each call.

    Returns:
        A function from networks to test accuracies in percent, means over the seeds, in their
        order; NaN for one that a run did not train to the end.
    """

    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        found = run(graphs, dataset, recipe, folder, seeds, compute, engine, report=report)
        accuracies: dict[str, list[float]] = {}
        for record in found.records:
            accuracies.setdefault(record.fingerprint, []).append(record.accuracy)
        return [mean(accuracies[graph.fingerprint]) for graph in graphs]

    return evaluate
