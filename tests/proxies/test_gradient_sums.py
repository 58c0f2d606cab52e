"""SNIP, plain, grad_norm, l2_norm, fisher and GraSP against plain autograd."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.proxies import Batch, score
from gennape.proxies.gradient_sums import fisher, grad_norm, plain, snip
from gennape.proxies.grasp import grasp
from gennape.proxies.l2_norm import l2_norm
from helpers.proxy_networks import as_in_training, batch, loss, make, prepared, weights


def _pairs(name: str) -> list[tuple[Tensor, Tensor]]:
    """Weights and their gradients."""
    network = as_in_training(make(name))
    loss(network).backward()
    return [(w.detach(), w.grad) for w in weights(network) if w.grad is not None]


def test_snip(name: str) -> None:
    expected = sum(float((w * g).abs().sum()) for w, g in _pairs(name))
    assert snip(prepared(name)) == pytest.approx(expected, rel=1e-4)


def test_plain(name: str) -> None:
    expected = sum(float((w * g).sum()) for w, g in _pairs(name))
    assert plain(prepared(name)) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_grad_norm(name: str) -> None:
    expected = sum(float((g**2).sum().sqrt()) for _, g in _pairs(name))
    assert grad_norm(prepared(name)) == pytest.approx(expected, rel=1e-4)


def test_l2_norm(name: str) -> None:
    expected = sum(float((w**2).sum().sqrt()) for w, _ in _pairs(name))
    assert l2_norm(prepared(name)) == pytest.approx(expected, rel=1e-5)


def test_fisher(name: str) -> None:
    """Each channel is scaled by a factor of one for each image: its gradient is the saliency."""
    network = as_in_training(make(name))
    factors: list[Tensor] = []

    def scale(layer: nn.Module, arguments: tuple[Tensor, ...], output: Tensor) -> Tensor:
        factor = torch.ones(output.shape[:2]).requires_grad_(True)
        factors.append(factor)
        return output * factor.reshape(*output.shape[:2], *[1] * (output.ndim - 2))

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(scale)
    gradients = torch.autograd.grad(loss(network), factors)
    expected = sum(float((g**2).mean(dim=0).sum() / 2) for g in gradients)
    assert fisher(prepared(name)) == pytest.approx(expected, rel=1e-4)


def test_grasp(name: str) -> None:
    """H g is the derivative of the gradient along itself, forward over reverse in float64."""
    network, data = as_in_training(make(name)).double(), batch()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean = layer.running_var = layer.num_batches_tracked = None
    everything = {path: w.detach() for path, w in network.named_parameters()}
    own = {path: w for path, w in everything.items() if w.ndim > 1}

    def loss_of(weights: dict[str, Tensor]) -> Tensor:
        scores = torch.func.functional_call(network, everything | weights, data.images.double())
        return F.cross_entropy(scores, data.labels)

    gradient_of = torch.func.grad(loss_of)
    _, products = torch.func.jvp(gradient_of, (own,), (gradient_of(own),))
    expected = -sum(float((own[path] * products[path]).sum()) for path in own)
    assert grasp(prepared(name)) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_one_weight_by_hand() -> None:
    """Scores (w x, 0) of an image 1 of class 0: the loss is log(1 + exp(-w)) at w = 0."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(1, 2, bias=False))
    with torch.no_grad():
        network[1].weight.copy_(torch.tensor([[2.0], [2.0]]))
    ones = Batch(torch.ones(2, 1, 1, 1), torch.zeros(2, dtype=torch.int64))
    values = {
        name: score(name, network, ones).value
        for name in ("snip", "plain", "grad_norm", "l2_norm", "fisher", "grasp")
    }
    # Gradients are (-1/2, 1/2); the outputs 2 and 2, each image's gradients (-1/4, 1/4).
    assert values == {
        "snip": pytest.approx(2),
        "plain": pytest.approx(0),
        "grad_norm": pytest.approx(0.5**0.5),
        "l2_norm": pytest.approx(8**0.5),
        "fisher": pytest.approx((0.25 + 0.25) / 2),
        "grasp": pytest.approx(0),
    }


def test_grasp_of_one_weight_by_hand() -> None:
    """Of two classes and one image of 1: weights w and 0, and L = log(1 + e^(w2 - w1)).

    With p the probability of the wrong class: g = (-p, p), H g = 2 p q (-p, p) with q = 1 - p.
    """
    network = nn.Sequential(nn.Flatten(), nn.Linear(1, 2, bias=False))
    with torch.no_grad():
        network[1].weight.copy_(torch.tensor([[0.5], [0.0]]))
    images = torch.ones(2, 1, 1, 1)
    p = 1 / (1 + math.exp(0.5))
    expected = 0.5 * 2 * p * (1 - p) * p
    result = score("grasp", network, Batch(images, torch.zeros(2, dtype=torch.int64)))
    assert result.value == pytest.approx(expected)
