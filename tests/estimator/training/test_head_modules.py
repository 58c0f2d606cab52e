import numpy as np
import pytest
import torch

from gennape.estimator.models.layers import Heads
from gennape.estimator.training.encoder_modules import arrays_of
from gennape.estimator.training.head_modules import HeadsModule


def test_heads_predict_what_their_model_does() -> None:
    torch.manual_seed(0)
    module = HeadsModule(3, 4)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    embeddings = torch.randn(5, 4)
    model = Heads.read(arrays_of(module), 3, 4)
    expected = module(embeddings).detach().numpy()
    np.testing.assert_allclose(model(embeddings.numpy()), expected, atol=1e-6)


def test_copies_predict_what_the_single_head_predicts() -> None:
    head = HeadsModule(1, 4)
    torch.nn.init.normal_(head.outer)
    embeddings = torch.randn(5, 4)
    torch.testing.assert_close(head.copies(3)(embeddings), head(embeddings).expand(5, 3))


def test_copies_learn_on_their_own() -> None:
    head = HeadsModule(1, 4)
    copies = head.copies(2)
    with torch.no_grad():
        copies.outer_bias[0] += 1
    assert copies(torch.ones(1, 4)).tolist() == [[1, 0]]
    assert head(torch.ones(1, 4)).tolist() == [[0]]


@pytest.mark.parametrize("clusters", [1, 4])
def test_new_heads_say_zero(clusters: int) -> None:
    assert HeadsModule(clusters, 8)(torch.randn(3, 8)).tolist() == [[0.0] * clusters] * 3
