from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from gennape.estimator.errors import EstimatorError
from gennape.estimator.training.saved_state import restore_state, save_state

EPOCHS = 4


def _training(seed: int = 0) -> tuple[nn.Module, torch.optim.AdamW]:
    """A network with a layer that is never used, and its optimiser."""
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    network.unused = nn.Linear(2, 2)
    return network, torch.optim.AdamW(network.parameters(), lr=0.1)


def _step(network: nn.Module, optimizer: torch.optim.AdamW) -> None:
    x = torch.arange(12.0).view(4, 3) / 12
    for layer in network[:3]:
        x = layer(x)
    optimizer.zero_grad()
    x.square().mean().backward()
    optimizer.step()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    network, optimizer = _training()
    _step(network, optimizer)
    save_state(tmp_path / "state.pt", network, optimizer, 2)
    return tmp_path / "state.pt"


def _parameters(network: nn.Module) -> list[list[float]]:
    return [parameter.flatten().tolist() for parameter in network.parameters()]


def test_training_goes_on(path: Path) -> None:
    whole, optimizer = _training()
    _step(whole, optimizer)
    _step(whole, optimizer)
    network, restored = _training(seed=1)
    assert restore_state(path, network, restored, EPOCHS) == 2
    _step(network, restored)
    assert _parameters(network) == _parameters(whole)


def test_the_recipe_is_not_taken_from_the_file(path: Path) -> None:
    network, optimizer = _training()
    state = torch.load(path)
    state["optimizer"]["param_groups"] = [{"lr": 1e9, "params": "any"}]
    torch.save(state, path)
    restore_state(path, network, optimizer, EPOCHS)
    assert optimizer.param_groups[0]["lr"] == 0.1


def _moments(state: dict[str, Any]) -> dict[str, Any]:
    moments: dict[str, Any] = state["optimizer"]["state"][0]
    return moments


CHANGES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an epoch of -1": (lambda s: s.update(epoch=-1), "epoch is -1, not a whole number from 1 to 4"),
    "an epoch of 10**9": (lambda s: s.update(epoch=10**9), "from 1 to 4"),
    "an epoch of true": (lambda s: s.update(epoch=True), "epoch is True"),
    "no epoch": (lambda s: s.pop("epoch"), "epoch is missing"),
    "weights that are missing": (lambda s: s["module"].popitem(), "other tensors than those"),
    "other weights": (lambda s: s["module"].update(x=torch.zeros(1)), "other tensors than those"),
    "a shape": (
        lambda s: s["module"].update({"0.weight": torch.zeros(3, 4)}),
        r"0.weight has the shape \(3, 4\), not \(4, 3\)",
    ),
    "a huge view": (
        lambda s: s["module"].update({"0.weight": torch.zeros(1).expand(10**9, 10**6)}),
        "0.weight has the shape",
    ),
    "a type": (
        lambda s: s["module"].update({"0.bias": torch.zeros(4, dtype=torch.float64)}),
        "0.bias holds float64, not float32",
    ),
    "a number of Python": (lambda s: s["module"].update({"0.bias": 1.0}), "AttributeError"),
    "NaN": (lambda s: s["module"]["0.bias"].fill_(torch.nan), "0.bias holds numbers outside"),
    "numbers that are too large": (
        lambda s: s["module"]["0.bias"].fill_(1e11),
        "0.bias holds numbers outside",
    ),
    "infinity": (lambda s: s["module"]["0.bias"].fill_(torch.inf), "0.bias holds numbers outside"),
    "a sparse tensor": (
        lambda s: s["module"].update({"0.bias": torch.zeros(4).to_sparse()}),
        "TypeError",
    ),
    "another parameter": (
        lambda s: s["optimizer"]["state"].update({99: _moments(s)}),
        "other parameters than this training",
    ),
    "a moment that is missing": (lambda s: _moments(s).popitem(), "other tensors than those"),
    "a negative square": (
        lambda s: _moments(s)["exp_avg_sq"].fill_(-1),
        "exp_avg_sq holds numbers outside 0",
    ),
    "no step": (lambda s: _moments(s)["step"].fill_(0), "step holds numbers outside 1"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_state_of_this_training_is_refused(change: str, path: Path) -> None:
    alter, reason = CHANGES[change]
    state = torch.load(path)
    alter(state)
    torch.save(state, path)
    network, optimizer = _training(seed=1)
    before = _parameters(network)
    with pytest.raises(EstimatorError, match=reason) as raised:
        restore_state(path, network, optimizer, EPOCHS)
    said = str(raised.value)
    assert said.startswith(f"{path} cannot be read as a state of this training (")
    assert said.endswith("); delete it and start again, which trains this part anew")
    assert "\n" not in said
    assert _parameters(network) == before
    assert not optimizer.state


def test_tensors_that_share_their_numbers_are_parted(path: Path) -> None:
    state = torch.load(path)
    first = _moments(state)
    first["exp_avg_sq"] = first["exp_avg"] = torch.ones(1).expand(4, 3)
    torch.save(state, path)
    network, optimizer = _training()
    restore_state(path, network, optimizer, EPOCHS)
    moments = optimizer.state[network[0].weight]
    moments["exp_avg"].zero_()
    assert (moments["exp_avg_sq"] == 1).all()


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", bytes(1000)])
def test_damaged_files(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(EstimatorError, match=r"cannot be read as a state .* delete it and start"):
        restore_state(path, *_training(), EPOCHS)
