from itertools import pairwise

import numpy as np
import pytest

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.encoder_input import EncoderInput, EncoderInputs
from gennape.estimator.models.registry import graph_features
from helpers.tiny_tables import random_graphs, tiny_estimator


def _features(count: int = 12) -> GraphFeatures:
    return graph_features(random_graphs(count), "message-passing")


def test_runs_are_of_graphs_with_as_many_nodes() -> None:
    features = _features()
    runs = EncoderInput.of(features).runs
    sizes = [(nodes.stop - nodes.start) / graphs for nodes, graphs in runs]
    assert np.repeat(sizes, [graphs for _, graphs in runs]).tolist() == [*features.node_counts]
    assert all(first != second for first, second in pairwise(sizes))


def test_many_networks_are_encoded_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    features = _features()
    assert len(EncoderInputs.of(features).parts) == 1
    monkeypatch.setattr("gennape.estimator.models.encoder_input._CHUNK", 100)
    inputs = EncoderInputs.of(features)
    assert len(inputs.parts) > 2
    assert all(len(part.nodes) < 100 + features.node_counts.max() for part in inputs.parts)
    counts = inputs.encoded(lambda part: np.diff(part.node_offsets))
    np.testing.assert_array_equal(counts, features.node_counts)


def test_embeddings_come_in_the_order_of_the_networks() -> None:
    features, encoder = _features(), tiny_estimator().predictors[0].encoder
    together = EncoderInputs.of(features).encoded(encoder)
    for row, embedding in enumerate(together):
        alone = encoder(EncoderInput.of(features.take(np.array([row]))))
        np.testing.assert_array_equal(embedding, alone[0])


def test_no_networks_are_one_empty_part() -> None:
    encoder = tiny_estimator().predictors[0].encoder
    nothing = _features().take(np.zeros(0, dtype=np.int64))
    assert EncoderInputs.of(nothing).encoded(encoder).shape == (0, 8)
