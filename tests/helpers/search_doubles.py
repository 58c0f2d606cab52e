"""Doubles for tests of searches: a scorer that needs no estimator, and known accuracies."""

from collections.abc import Sequence

import numpy as np

from gennape.graph import ComputationGraph
from gennape.search.network_cache import SearchNetwork
from gennape.utils.array_types import FloatArray

WEIGHTS = {
    "none": 0.0,
    "skip_connect": 1.5,
    "nor_conv_1x1": 1.0,
    "nor_conv_3x3": 2.0,
    "avg_pool_3x3": 0.3,
}


def quality(text: str) -> float:
    """A made-up quality of NAS-Bench-201 cells: later edges weigh more."""
    tokens = text.replace("+", "").split("|")
    names = [token.rpartition("~")[0] for token in tokens if token]
    return sum(WEIGHTS[name] * (1 + 0.1 * place) for place, name in enumerate(names))


class Quality:
    """A scorer that knows the quality but for a bias, which labels take away."""

    def __init__(self, bias: float = 0.0) -> None:
        self.bias = bias
        self.scored: list[str] = []

    def score(self, networks: Sequence[SearchNetwork]) -> tuple[FloatArray, FloatArray]:
        self.scored += [network.text for network in networks]
        biased = [
            quality(network.text) - self.bias * network.text.count("nor_conv_3x3")
            for network in networks
        ]
        return np.array(biased), np.zeros(len(networks))

    def learn(self, networks: Sequence[SearchNetwork], accuracies: FloatArray) -> "Quality":
        return Quality(self.bias / 4)


def true_quality(graphs: Sequence[ComputationGraph]) -> list[float]:
    """The quality as a true evaluation."""
    return [quality(graph.name.partition(":")[2]) for graph in graphs]
