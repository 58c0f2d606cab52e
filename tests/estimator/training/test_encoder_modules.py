"""What is trained in torch is scored in numpy: both compute the same."""

from functools import cache

import numpy as np
import pytest
import torch

import gennape
from gennape import spaces
from gennape.estimator import EncoderView, Estimator, EstimatorConfig, list_estimators
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.clustered_predictor import embed_all
from gennape.estimator.models.encoder_input import EncoderInput
from gennape.estimator.models.registry import ENCODERS, graph_features
from gennape.estimator.training.encoder_modules import EncoderBatch, arrays_of, encoder_module
from gennape.estimator.training.head_modules import HeadsModule, ResidualModule
from gennape.utils.array_types import FloatArray
from helpers.encoders import CONFIG_OF, VIEWS, random_module
from helpers.known_networks import frozen
from helpers.tiny_tables import random_graphs

BOTH = EncoderView("mean and sum", paths=True)


def _assert_equal(values: FloatArray, expected: FloatArray) -> None:
    """To 1e-6 of the largest number, or of one."""
    largest = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-6 * largest)


def _load(module: torch.nn.Module, arrays: dict[str, FloatArray]) -> torch.nn.Module:
    module.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return module.eval()


@pytest.mark.parametrize("view", [*VIEWS, BOTH], ids=str)
@pytest.mark.parametrize("kind", list(ENCODERS))
@torch.no_grad()
def test_a_model_embeds_as_its_module(kind: str, view: EncoderView) -> None:
    features = graph_features(random_graphs(8), kind)
    module = random_module(kind, view, features)
    model = ENCODERS[kind].read(arrays_of(module), CONFIG_OF[kind], view)
    expected = module(EncoderBatch.of(features)).numpy()
    embeddings = model(EncoderInput.of(features))
    assert embeddings.dtype == np.float32
    _assert_equal(embeddings, expected)
    assert set(model.arrays()) == set(module.state_dict())


@cache
def _networks(encoder: str) -> GraphFeatures:
    """Real networks, and some of every family."""
    rng = np.random.default_rng(0)
    families = [spaces.get(name) for name in spaces.names()]
    graphs = [family.graph(family.sample(rng)) for family in families for _ in range(3)]
    parts = [graph_features(graphs, encoder), graph_features(frozen(), encoder)]
    return GraphFeatures.join(parts)


@pytest.fixture(params=list_estimators())
def estimator(request: pytest.FixtureRequest) -> Estimator:
    return gennape.load(request.param)


@torch.no_grad()
def test_bundled_predictors_are_those_of_torch(estimator: Estimator) -> None:
    features, config = _networks(estimator.config.encoder), estimator.config
    embeddings = embed_all(estimator.predictors, features)
    for model, view, embedded in zip(estimator.predictors, config.views, embeddings, strict=True):
        module = _load(encoder_module(config, view), model.encoder.arrays())
        _assert_equal(embedded, module(EncoderBatch.of(features)).numpy())
        heads = _load(HeadsModule(*model.heads.outer.shape), model.heads.arrays())
        rows = torch.from_numpy(embedded)
        weights = _memberships(rows, model.centres, model.centre_scale, config)
        _assert_equal(model.memberships(embedded), weights.numpy())
        _assert_equal(model.predict(embedded), (weights * heads(rows)).sum(dim=1).numpy())


def _memberships(
    rows: torch.Tensor, centres: FloatArray, scale: FloatArray, config: EstimatorConfig
) -> torch.Tensor:
    """As `ClusteredPredictor.memberships`, from all differences at once."""
    steps = (rows * torch.from_numpy(scale))[:, None] - torch.from_numpy(centres)
    return torch.softmax(-steps.square().sum(dim=2).log() / (config.fuzzifier - 1), dim=1)


@torch.no_grad()
def test_bundled_residual_encoders_are_those_of_torch(estimator: Estimator) -> None:
    features = _networks(estimator.config.encoder)
    for model in estimator.ranker.encoders if estimator.ranker else ():
        module = _load(ResidualModule(estimator.config), model.arrays())
        expected = module(EncoderBatch.of(features)).clamp(*torch.from_numpy(model.limits))
        _assert_equal(model(EncoderInput.of(features)), expected.numpy())


def test_dropout_gives_two_views_of_one_graph() -> None:
    features = graph_features(random_graphs(4), "message-passing")
    module = random_module("message-passing", VIEWS[0], features).train()
    batch = EncoderBatch.of(features)
    assert not torch.equal(module(batch), module(batch))


def test_offsets_become_graph_numbers() -> None:
    features = graph_features(random_graphs(3), "message-passing")
    batch = EncoderBatch.of(features)
    np.testing.assert_array_equal(torch.bincount(batch.graph_index), features.node_counts)
    assert (batch.graph_index.diff() >= 0).all()
