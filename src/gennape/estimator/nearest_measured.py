"""The measured networks that are nearest to others, and what sets them apart."""

from collections.abc import Iterator

import numpy as np

from gennape.estimator.accuracy_scoring import PredictionConditions
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.accuracy_kernel import Recipe
from gennape.estimator.models.accuracy_model import AccuracyModel
from gennape.estimator.models.accuracy_process import to_percent
from gennape.estimator.models.attribution import GROUPS, waterfall
from gennape.estimator.models.measured_networks import Neighbour
from gennape.utils.array_types import FloatArray, IntArray

_SEARCHED_AT_ONCE = 64
"""Networks whose nearest ones are found at once; their covariances take some 30 MB."""


def nearest_measured(
    model: AccuracyModel, features: GraphFeatures, conditions: PredictionConditions
) -> list[list[Neighbour]]:
    """Find the nearest measured networks of each, and what sets them apart.

    Args:
        model: Knows the measured networks.
        features: Networks; those that are no image classifiers have no nearest ones.
        conditions: Their data sets, and how they are trained.
    """
    inside = np.flatnonzero(features.outside == 0)
    neighbours: list[list[Neighbour]] = [[] for _ in range(len(features))]
    for start in range(0, len(inside), _SEARCHED_AT_ONCE):
        graphs = inside[start : start + _SEARCHED_AT_ONCE]
        found = _neighbours(
            model,
            features.statistics[graphs],
            conditions.datasets[graphs],
            conditions.recipe,
        )
        for graph, neighbour in found:
            neighbours[graphs[graph]].append(neighbour)
    return neighbours


def _neighbours(
    model: AccuracyModel, statistics: FloatArray, datasets: IntArray, recipe: Recipe
) -> Iterator[tuple[int, Neighbour]]:
    """Yield the nearest measured networks of each, nearest first, with the number of the network.

    Args:
        model: Knows the measured networks.
        statistics: `(graphs, statistics)`.
        datasets: Index into `DATASETS`, `(graphs,)`.
        recipe: How they are trained.
    """
    graphs, rows, distances = model.nearest_rows(statistics, datasets)
    first, changes = waterfall(
        model.process,
        model.process.statistics_of(rows),
        statistics[graphs],
        datasets[graphs],
        recipe,
    )
    levels = to_percent(np.vstack([first, first + np.cumsum(changes, axis=0)]))
    differences = np.diff(levels, axis=0).T.round(2).tolist()
    for graph, row, distance, points in zip(graphs, rows, distances, differences, strict=True):
        difference = dict(zip(GROUPS, points, strict=True))
        yield int(graph), model.measured.neighbour(int(row), float(distance), difference)
