import numpy as np
import pytest

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.registry import ENCODERS, graph_features
from helpers.tiny_tables import random_graphs


def _same(first: GraphFeatures, second: GraphFeatures) -> None:
    for name, column in first.columns().items():
        np.testing.assert_array_equal(column, second.columns()[name], err_msg=name)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_taken_features_are_those_of_the_graphs_alone(encoder: str) -> None:
    graphs = random_graphs(5)
    taken = graph_features(graphs, encoder).take(np.array([3, 0, 3]))
    _same(taken, graph_features([graphs[3], graphs[0], graphs[3]], encoder))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_joined_features_are_those_of_all_graphs(encoder: str) -> None:
    graphs = random_graphs(5)
    parts = [graph_features(part, encoder) for part in (graphs[:2], graphs[2:3], graphs[3:])]
    _same(GraphFeatures.join(parts), graph_features(graphs, encoder))


def test_k_gnn_sees_absolute_sizes() -> None:
    """A node's operation, H W C of input and output, kernel, bias: the paper's scales."""
    graph = random_graphs(1)[0]
    features = graph_features([graph], "k-gnn")
    stem = features.nodes[1].tolist()
    assert stem[1:] == [32 / 256, 32 / 256, 32 / 256, 32 / 256, 3 / 512, 128 / 512, 3, 3, 0]
