from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from gennape.estimator import CONFIGS, EncoderView
from gennape.estimator.features.compute_graph import FEATURES, PATH_FEATURES
from gennape.estimator.models.message_passing import EncoderInput, FeatureScaler
from gennape.estimator.models.registry import ENCODERS, Encoder, graph_features
from helpers.tiny_tables import TINY, random_graphs

CONFIG_OF = {
    "message-passing": TINY,
    "k-gnn": replace(CONFIGS["k-gnn"], layers=2),
}
ALL = torch.tensor([True, True])
ROWS = torch.tensor([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]])
"""The first feature has mean 3 and deviation 2, the second never varies."""
VIEWS = [EncoderView("mean", paths=True), EncoderView("sum", paths=False)]


def _encoder_and_input(kind: str, view: EncoderView) -> tuple[Encoder, EncoderInput]:
    torch.manual_seed(0)
    encoder = ENCODERS[kind].build(CONFIG_OF[kind], view).eval()
    batch = EncoderInput.of(graph_features(random_graphs(4), kind))
    encoder.fit_scaler(batch.nodes)
    return encoder, batch


@pytest.fixture(params=[(kind, view) for kind in ENCODERS for view in VIEWS], ids=str)
def encoder_and_input(request: pytest.FixtureRequest) -> tuple[Encoder, EncoderInput]:
    return _encoder_and_input(*request.param)


Pair = tuple[Encoder, EncoderInput]


@torch.no_grad()
def test_the_numbering_of_nodes_does_not_matter(encoder_and_input: Pair) -> None:
    encoder, batch = encoder_and_input
    generator = torch.Generator().manual_seed(1)
    nodes = torch.randperm(len(batch.nodes), generator=generator)
    edges = torch.randperm(batch.edges.shape[1], generator=generator)
    number = nodes.argsort()  # of each old node
    shuffled = EncoderInput(
        batch.nodes[nodes], number[batch.edges[:, edges]], batch.graph_index[nodes], batch.graphs
    )
    torch.testing.assert_close(encoder(shuffled), encoder(batch), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_company_in_the_batch_does_not_matter(encoder_and_input: Pair) -> None:
    encoder, batch = encoder_and_input
    kind = "k-gnn" if batch.nodes.shape[1] == 10 else "message-passing"
    alone = [EncoderInput.of(graph_features([graph], kind)) for graph in random_graphs(4)]
    torch.testing.assert_close(
        torch.cat([encoder(one) for one in alone]), encoder(batch), rtol=1e-4, atol=1e-5
    )


@torch.no_grad()
def test_the_direction_of_edges_matters() -> None:
    encoder, batch = _encoder_and_input("message-passing", VIEWS[0])
    reversed_batch = replace(batch, edges=batch.edges.flip(0))
    assert not torch.allclose(encoder(reversed_batch), encoder(batch), atol=1e-3)


@torch.no_grad()
@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_features_that_are_not_used_do_not_speak(view: EncoderView) -> None:
    """Those that training never varied, and path features in a view without paths."""
    encoder, batch = _encoder_and_input("message-passing", view)
    constant = batch.nodes.std(dim=0) < 1e-6
    assert 0 < constant.sum() < len(FEATURES)
    is_path = torch.tensor([name in PATH_FEATURES for name in FEATURES])
    silent = constant | is_path if not view.paths else constant
    changed = replace(batch, nodes=batch.nodes + 5.0 * silent)
    assert torch.equal(encoder(changed), encoder(batch))
    loud = replace(batch, nodes=batch.nodes + 0.1 * ~silent)
    assert not torch.equal(encoder(loud), encoder(batch))


@torch.no_grad()
def test_values_far_beyond_training_are_clamped() -> None:
    encoder, batch = _encoder_and_input("message-passing", VIEWS[0])
    far, farther = (replace(batch, nodes=batch.nodes + shift) for shift in (1e3, 1e6))
    assert torch.equal(encoder(far), encoder(farther))


@torch.no_grad()
def test_a_sum_grows_with_the_network_and_a_mean_does_not() -> None:
    """Two copies of a graph read as one."""
    for readout, factor in (("mean", 1), ("sum", 2)):
        encoder, _ = _encoder_and_input("message-passing", EncoderView(readout, paths=True))
        single = EncoderInput.of(graph_features(random_graphs(1), "message-passing"))
        size = len(single.nodes)
        double = EncoderInput(
            single.nodes.repeat(2, 1),
            torch.cat([single.edges, single.edges + size], dim=1),
            torch.zeros(2 * size, dtype=torch.int64),
            1,
        )
        torch.testing.assert_close(encoder(double), factor * encoder(single))


def test_dropout_gives_two_views_of_one_graph() -> None:
    encoder, batch = _encoder_and_input("message-passing", VIEWS[0])
    encoder.train()
    assert not torch.equal(encoder(batch), encoder(batch))


def test_offsets_become_graph_numbers() -> None:
    features = graph_features(random_graphs(3), "message-passing")
    batch = EncoderInput.of(features)
    np.testing.assert_array_equal(torch.bincount(batch.graph_index), features.node_counts)
    assert (batch.graph_index.diff() >= 0).all()


def _fitted(used: Tensor = ALL) -> FeatureScaler:
    scaler = FeatureScaler(2)
    scaler.fit(ROWS, used)
    return scaler


def test_features_that_vary_are_standardised() -> None:
    assert _fitted()(ROWS)[:, 0].tolist() == [-1, 0, 1]


def test_constant_features_are_silent() -> None:
    rows = torch.tensor([[1.0, 7.0], [1.0, 100.0]])
    assert _fitted()(rows)[:, 1].tolist() == [0, 0]


def test_unused_features_are_silent() -> None:
    assert _fitted(torch.tensor([False, True]))(ROWS).tolist() == [[0, 0]] * 3


def test_values_beyond_the_range_seen_count_as_its_end() -> None:
    rows = torch.tensor([[-50.0, 7.0], [50.0, 7.0]])
    assert _fitted()(rows)[:, 0].tolist() == [-1, 1]
