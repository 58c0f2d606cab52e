"""An estimator that needs no training: it knows what networks reach by their costs."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gennape.estimator import (
    Explanation,
    ExplanationTable,
    Neighbour,
    Prediction,
    PredictionTable,
    Scope,
)
from gennape.estimator.network_scoring import explanation_columns, prediction_columns
from gennape.frontends.network_list import Networks, read_networks
from gennape.graph import ComputationGraph
from gennape.utils.array_types import FloatArray, IntArray

NEIGHBOUR = Neighbour(
    model="timm:resnet18",
    dataset="imagenet-1k",
    accuracy=69.87,
    macs=1814073344,
    parameters=11689512,
    distance=0.25,
    difference={"size": 0.4, "depth": 0.02, "width": -1.26, "wiring": 0.0},
)


class CostEstimator:
    """Accuracies grow by ten points with each decade of MACs; one million reaches 60.

    Args:
        scopes: Scope of each network by its parameters; all others are near.
    """

    def __init__(self, scopes: dict[int, Scope] | None = None) -> None:
        self.scopes = scopes or {}
        self.asked: list[tuple[str | None, str | None]] = []

    def predict(
        self,
        networks: Networks,
        input_shape: Sequence[int] | None = None,
        *,
        dataset: str | None = None,
        recipe: str | None = None,
        **reading: Any,
    ) -> PredictionTable:
        read = read_networks(networks, input_shape, **reading)
        columns = prediction_columns(
            read.names, self.arrays(read.graphs, dataset, recipe), read.graphs
        )
        return PredictionTable(columns, _neighbours, read.failed)

    def explain(
        self,
        networks: Networks,
        input_shape: Sequence[int] | None = None,
        *,
        dataset: str | None = None,
        recipe: str | None = None,
        **reading: Any,
    ) -> ExplanationTable:
        read = read_networks(networks, input_shape, **reading)
        columns = prediction_columns(
            read.names, self.arrays(read.graphs, dataset, recipe), read.graphs
        )
        score = columns["score"]
        parts = {"average": np.full(len(score), 0.25), "size": score - 0.25, "family": 0 * score}
        explanation = Explanation(parts, [None] * len(score))
        columns |= explanation_columns(explanation)
        return ExplanationTable(columns, _neighbours, read.failed)

    def arrays(
        self,
        graphs: Iterable[ComputationGraph],
        dataset: str | None = None,
        recipe: str | None = None,
    ) -> Prediction:
        self.asked.append((dataset, recipe))
        networks = list(graphs)
        scope = [self.scopes.get(graph.parameters, "near") for graph in networks]
        score = _decades(networks)
        is_outside = np.array([one == "outside" for one in scope], dtype=bool)
        accuracy = np.where(is_outside, np.nan, 60 + 10 * score)
        measured = [60.5 if one == "measured" else float("nan") for one in scope]
        return Prediction(
            score=score,
            percentile=np.full(len(networks), 50.0),
            uncertainty=np.full(len(networks), 0.25),
            accuracy=accuracy,
            accuracy_low=accuracy - 2,
            accuracy_high=accuracy + 1,
            measured=np.array(measured),
            scope=scope,
            note=["it is far away" if one in ("far", "outside") else "" for one in scope],
            dataset=[dataset or "imagenet-1k"] * len(networks),
            recipe=recipe or "typical",
        )


def _neighbours(places: IntArray) -> list[list[Neighbour]]:
    return [[NEIGHBOUR] for _ in places]


def _decades(networks: list[ComputationGraph]) -> FloatArray:
    return np.log10([graph.macs / 1e6 for graph in networks])
