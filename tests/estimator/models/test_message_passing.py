from dataclasses import replace

import numpy as np
import pytest

from gennape.estimator import EncoderView
from gennape.estimator.features.compute_graph import FEATURES, PATH_FEATURES
from gennape.estimator.features.edge_sums import EdgeSums
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.encoder_input import EncoderInput
from gennape.estimator.models.message_passing import FeatureScaler
from gennape.estimator.models.registry import ENCODERS, Encoder, graph_features
from gennape.estimator.training.encoder_modules import arrays_of
from gennape.utils.array_types import BoolArray, IntArray
from helpers.encoders import CONFIG_OF, VIEWS, random_module
from helpers.tiny_tables import random_graphs

ALL = np.array([True, True])
ROWS = np.array([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]])
"""The first feature has mean 3 and deviation 2, the second never varies."""

Pair = tuple[Encoder, GraphFeatures]


def _encoder_and_features(kind: str, view: EncoderView) -> Pair:
    features = graph_features(random_graphs(4), kind)
    arrays = arrays_of(random_module(kind, view, features))
    return ENCODERS[kind].read(arrays, CONFIG_OF[kind], view), features


@pytest.fixture(params=[(kind, view) for kind in ENCODERS for view in VIEWS], ids=str)
def encoder_and_features(request: pytest.FixtureRequest) -> Pair:
    return _encoder_and_features(*request.param)


def test_the_numbering_of_nodes_does_not_matter(encoder_and_features: Pair) -> None:
    encoder, features = encoder_and_features
    rng = np.random.default_rng(1)
    starts = zip(features.node_offsets, features.node_offsets[1:], strict=False)
    nodes = np.concatenate([start + rng.permutation(end - start) for start, end in starts])
    edges = rng.permutation(features.edges.shape[1])
    number = np.argsort(nodes)  # of each old node
    sources, targets = number[features.edges[:, edges]]
    shuffled = _input(features, sources, targets, nodes)
    np.testing.assert_allclose(encoder(shuffled), encoder(EncoderInput.of(features)), atol=1e-5)


def _input(
    features: GraphFeatures, sources: IntArray, targets: IntArray, nodes: IntArray
) -> EncoderInput:
    count = len(nodes)
    return replace(
        EncoderInput.of(features),
        nodes=features.nodes[nodes],
        arguments=EdgeSums.of(targets, sources, count),
        users=EdgeSums.of(sources, targets, count),
    )


def test_company_in_the_batch_does_not_matter(encoder_and_features: Pair) -> None:
    encoder, features = encoder_and_features
    alone = [features.take(np.array([graph])) for graph in range(len(features))]
    embeddings = np.concatenate([encoder(EncoderInput.of(one)) for one in alone])
    np.testing.assert_allclose(embeddings, encoder(EncoderInput.of(features)), atol=1e-5)


def test_the_direction_of_edges_matters() -> None:
    encoder, features = _encoder_and_features("message-passing", VIEWS[0])
    reversed_features = replace(features, edges=features.edges[::-1])
    embeddings = encoder(EncoderInput.of(features))
    assert np.abs(encoder(EncoderInput.of(reversed_features)) - embeddings).max() > 1e-3


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_features_that_are_not_used_do_not_speak(view: EncoderView) -> None:
    """Those that training never varied, and path features in a view without paths."""
    encoder, features = _encoder_and_features("message-passing", view)
    batch = EncoderInput.of(features)
    constant = batch.nodes.std(axis=0) < 1e-6
    assert 0 < constant.sum() < len(FEATURES)
    is_path = np.array([name in PATH_FEATURES for name in FEATURES])
    silent = constant | is_path if not view.paths else constant
    changed = replace(batch, nodes=batch.nodes + np.float32(5) * silent)
    np.testing.assert_array_equal(encoder(changed), encoder(batch))
    loud = replace(batch, nodes=batch.nodes + np.float32(0.1) * ~silent)
    assert not np.array_equal(encoder(loud), encoder(batch))


def test_values_far_beyond_training_are_clamped() -> None:
    encoder, features = _encoder_and_features("message-passing", VIEWS[0])
    batch = EncoderInput.of(features)
    far, farther = (replace(batch, nodes=batch.nodes + np.float32(by)) for by in (1e3, 1e6))
    np.testing.assert_array_equal(encoder(far), encoder(farther))


def test_a_sum_grows_with_the_network_and_a_mean_does_not() -> None:
    """Two copies of a graph read as one."""
    single = graph_features(random_graphs(1), "message-passing")
    size = len(single.nodes)
    double = replace(
        single,
        nodes=np.tile(single.nodes, (2, 1)),
        edges=np.hstack([single.edges, single.edges + size]),
        node_offsets=2 * single.node_offsets,
    )
    for readout, factor in (("mean", 1), ("sum", 2)):
        encoder, _ = _encoder_and_features("message-passing", EncoderView(readout, paths=True))
        embeddings = [encoder(EncoderInput.of(features)) for features in (single, double)]
        np.testing.assert_allclose(embeddings[1], factor * embeddings[0], rtol=1e-5, atol=1e-6)


def _fitted(used: BoolArray = ALL) -> FeatureScaler:
    return FeatureScaler.fit(ROWS, used)


def test_features_that_vary_are_standardised() -> None:
    assert _fitted()(ROWS)[:, 0].tolist() == [-1, 0, 1]


def test_constant_features_are_silent() -> None:
    rows = np.array([[1.0, 7.0], [1.0, 100.0]])
    assert _fitted()(rows)[:, 1].tolist() == [0, 0]


def test_unused_features_are_silent() -> None:
    assert _fitted(np.array([False, True]))(ROWS).tolist() == [[0, 0]] * 3


def test_values_beyond_the_range_seen_count_as_its_end() -> None:
    rows = np.array([[-50.0, 7.0], [50.0, 7.0]])
    assert _fitted()(rows)[:, 0].tolist() == [-1, 1]
