import networkx as nx
import numpy as np

from gennape.estimator import DEFAULT
from gennape.estimator.features.neighbour_moments import neighbour_moments
from gennape.estimator.models.registry import graph_features
from helpers.tiny_tables import random_graphs

FEATURES = graph_features(random_graphs(3, seed=2), DEFAULT.encoder)


def test_products_along_the_edges_by_hand() -> None:
    """Each graph by itself, node after node, over networkx's edges."""
    moments = neighbour_moments(FEATURES, steps=2).reshape(3, 2, FEATURES.nodes.shape[1], -1)
    for index in range(3):
        one = FEATURES.take(np.array([index]))
        graph = nx.DiGraph(zip(*one.edges.tolist(), strict=True))
        rows = one.nodes.astype(np.float64) - one.nodes.mean(axis=0)
        before = {node: rows[node] for node in graph}
        for steps in range(2):
            before = {
                node: np.mean([before[argument] for argument in graph.predecessors(node)], axis=0)
                if graph.in_degree(node)
                else np.zeros(rows.shape[1])
                for node in graph
            }
            by_hand = sum(np.outer(before[node], rows[node]) for node in graph) / len(graph)
            np.testing.assert_allclose(moments[index, steps], by_hand, rtol=1e-3, atol=1e-2)


def test_graphs_do_not_see_one_another() -> None:
    together = neighbour_moments(FEATURES)
    alone = [neighbour_moments(FEATURES.take(np.array([index]))) for index in range(3)]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-4, atol=1e-3)
