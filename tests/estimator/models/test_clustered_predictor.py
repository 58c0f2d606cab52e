import pytest
import torch

from gennape.estimator.models.clustered_predictor import ClusteredPredictor, Heads
from gennape.estimator.models.fuzzy_clusters import FuzzyClusters
from helpers.tiny_tables import TINY


def _member() -> ClusteredPredictor:
    """Three clusters at the unit vectors of an eight-dimensional embedding doubled."""
    torch.manual_seed(0)
    predictor = ClusteredPredictor(TINY, TINY.views[0])
    scale = torch.full((TINY.width,), 0.5)
    centres = torch.eye(TINY.clusters, TINY.width)
    predictor.set_clusters(FuzzyClusters(centres, TINY.fuzzifier), scale)
    torch.nn.init.normal_(predictor.heads.outer)
    return predictor


@torch.no_grad()
def test_on_a_centre_its_head_speaks_alone() -> None:
    predictor = _member()
    embeddings = 2 * torch.eye(TINY.clusters, TINY.width)
    torch.testing.assert_close(
        predictor.predict(embeddings), predictor.heads(embeddings).diagonal(), rtol=1e-4, atol=1e-5
    )


@torch.no_grad()
def test_between_all_centres_the_heads_are_averaged() -> None:
    predictor = _member()
    middle = torch.zeros(1, TINY.width)
    torch.testing.assert_close(predictor.predict(middle), predictor.heads(middle).mean(dim=1))


def test_two_heads_by_hand() -> None:
    heads = Heads(2, 2)
    with torch.no_grad():
        heads.inner.copy_(torch.tensor([[[1.0, 0], [0, 1]], [[0, 1], [1, 0]]]))
        heads.inner_bias.copy_(torch.tensor([[0.0, -3.0], [1.0, 0.0]]))
        heads.outer.copy_(torch.tensor([[1.0, 10.0], [2.0, 5.0]]))
        heads.outer_bias.copy_(torch.tensor([0.5, -1.0]))
    # head 0: relu(1, 2 - 3) = (1, 0), so 1 + 0.5; head 1: relu(2 + 1, 1) = (3, 1), so 6 + 5 - 1
    assert heads(torch.tensor([[1.0, 2.0]])).tolist() == [[1.5, 10.0]]


def test_copies_predict_what_the_single_head_predicts() -> None:
    head = Heads(1, 4)
    torch.nn.init.normal_(head.outer)
    embeddings = torch.randn(5, 4)
    torch.testing.assert_close(head.copies(3)(embeddings), head(embeddings).expand(5, 3))


def test_copies_learn_on_their_own() -> None:
    head = Heads(1, 4)
    copies = head.copies(2)
    with torch.no_grad():
        copies.outer_bias[0] += 1
    assert copies(torch.ones(1, 4)).tolist() == [[1, 0]]
    assert head(torch.ones(1, 4)).tolist() == [[0]]


@pytest.mark.parametrize("clusters", [1, 4])
def test_new_heads_say_zero(clusters: int) -> None:
    assert Heads(clusters, 8)(torch.randn(3, 8)).tolist() == [[0.0] * clusters] * 3
