import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from gennape.labelling.muon import Muon, orthogonalize


@given(rows=st.integers(1, 40), columns=st.integers(1, 40), seed=st.integers(0, 99))
def test_a_step_has_the_singular_vectors_of_the_gradient(
    rows: int, columns: int, seed: int
) -> None:
    torch.manual_seed(seed)
    rank = min(rows, columns)
    left, right = (torch.linalg.qr(torch.randn(size, rank)).Q for size in (rows, columns))
    values = torch.rand(rank) + 0.05
    found = left.T @ orthogonalize(left @ values.diag() @ right.T) @ right
    assert found.diagonal().min() > 0.6
    assert found.diagonal().max() < 1.25
    torch.testing.assert_close(found, found.diagonal().diag(), atol=1e-3, rtol=0)


def test_of_nothing_comes_nothing() -> None:
    assert not orthogonalize(torch.zeros(3, 5)).any()


@pytest.mark.parametrize("shape", [(8, 3, 3, 3), (64, 4, 1, 1), (16, 1, 3, 3)])
def test_a_convolution_turns_by_the_learning_rate(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    weight = nn.Parameter(torch.randn(shape).to(memory_format=torch.channels_last))
    weight.grad = torch.randn(shape)
    before = weight.detach() / weight.detach().norm()
    Muon([weight], lr=0.01, momentum=0.9, weight_decay=0.0).step()
    length = min(shape[0], weight[0].numel()) ** 0.5
    assert weight.norm().item() == pytest.approx(length, rel=0.02)
    moved = (weight.detach() / length - before).norm().item()
    assert 0.006 < moved < 0.0125


def test_other_parameters_move_as_in_plain_descent() -> None:
    torch.manual_seed(0)
    ours, theirs = (nn.Linear(4, 3) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    settings = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}
    optimizers = (
        (ours, Muon(ours.parameters(), **settings)),
        (theirs, torch.optim.SGD(theirs.parameters(), nesterov=True, **settings)),
    )
    for images in torch.randn(5, 8, 4):
        for network, optimizer in optimizers:
            optimizer.zero_grad()
            network(images).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(ours.weight, theirs.weight)
    torch.testing.assert_close(ours.bias, theirs.bias)


def test_parameters_without_gradient_stay() -> None:
    weight = nn.Parameter(torch.ones(2, 2, 1, 1))
    Muon([weight], lr=0.1, momentum=0.9, weight_decay=0.1).step()
    assert torch.equal(weight, torch.ones(2, 2, 1, 1))
