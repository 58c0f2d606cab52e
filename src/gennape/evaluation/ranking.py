"""Rankings of all architectures of a family."""

import csv
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gennape import spaces
from gennape.estimator import Estimator, Prediction, PredictionTable
from gennape.estimator.array_scoring import predict_arrays
from gennape.spaces import SearchSpace
from gennape.utils.processes import processors
from gennape.utils.progress import ProgressCallback, no_progress
from gennape.utils.threads import one_thread
from gennape.utils.worker_pool import WorkerPool

_CHUNK = 512


@dataclass(frozen=True)
class Ranking:
    """All architectures of a family, best first.

    Attributes:
        architectures: Their names, `family:architecture`.
        prediction: Their scores, in the same order.
        top: The best of them with their costs.
    """

    architectures: list[str]
    prediction: Prediction
    top: PredictionTable

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all scores as CSV, best first."""
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["architecture", "score", "percentile", "uncertainty"])
            columns = (
                self.prediction.score,
                self.prediction.percentile,
                self.prediction.uncertainty,
            )
            for architecture, *values in zip(self.architectures, *columns, strict=True):
                writer.writerow([architecture, *(f"{value:.6g}" for value in values)])


def rank(
    family: str,
    estimator: Estimator,
    top: int = 20,
    report: ProgressCallback = no_progress,
    workers: int | None = None,
) -> Ranking:
    """Score every architecture of a family that can be enumerated.

    Args:
        family: A name of `gennape.spaces.names()`.
        estimator: What scores them.
        top: How many of the best come with their costs.
        report: Told of the progress.
        workers: Number of processes; one a processor unless given.

    Returns:
        All architectures, best first.

    Raises:
        ArchitectureError: There is no such family, or it has no enumeration.

    Examples:
        >>> import gennape
        >>> ranking = rank("transnas_macro", gennape.load(), top=3, workers=1)
        >>> len(ranking.architectures), len(ranking.top)
        (3256, 3)
        >>> ranking.top[0].model == ranking.architectures[0]
        True
    """
    space = spaces.get(family)
    architectures = list(space.enumerate())
    chunks = [architectures[i : i + _CHUNK] for i in range(0, len(architectures), _CHUNK)]
    predictions = []
    with WorkerPool(workers or processors(), start_after=0) as pool:
        for prediction in pool.map(partial(_predict, space, estimator), chunks):
            predictions.append(prediction)
            done = min(len(predictions) * _CHUNK, len(architectures))
            report("scoring", done, len(architectures))
    joined = Prediction.join(predictions)
    order = np.argsort(-joined.score, kind="stable")
    ordered = [f"{family}:{space.format(architectures[i])}" for i in order]
    best = estimator.predict(ordered[:top]).sorted_by("score")
    return Ranking(ordered, joined.take(order), best)


def _predict(space: SearchSpace[Any], estimator: Estimator, architectures: list[Any]) -> Prediction:
    with one_thread():
        return predict_arrays(estimator, space.graphs(architectures))
