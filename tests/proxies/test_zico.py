import pytest
import torch
from torch import nn

from gennape.proxies import Batch, score
from gennape.proxies.zico import zico
from helpers.proxy_networks import as_in_training, loss, make, prepared, weights


def test_is_computed_from_two_halves(name: str) -> None:
    network = as_in_training(make(name))
    halves = [
        torch.autograd.grad(loss(network, part), weights(network))
        for part in (slice(0, 4), slice(4, 8))
    ]
    expected = 0.0
    for first, second in zip(*halves, strict=True):
        mean = (first.abs() + second.abs()) / 2
        deviation = (first - second).abs() / 2  # of two numbers
        expected += float((mean / deviation)[deviation > 0].double().sum().log())
    assert zico(prepared(name)) == pytest.approx(expected, rel=1e-3)


def test_constant_gradients_are_left_out() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(3, 2))
    same = Batch(torch.ones(4, 3, 1, 1), torch.zeros(4, dtype=torch.int64))
    assert score("zico", network, same).missing == "no gradient varies between batches"
