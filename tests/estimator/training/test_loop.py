from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gennape.estimator.errors import EstimatorError
from gennape.estimator.training.loop import TrainingPlan, train

X = torch.linspace(-1, 1, 40)[:, None]
PLAN = TrainingPlan("a line", epochs=4, batch_size=8, learning_rate=0.05, seed=3)


def _shuffled(rows: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.permutation(rows)


def _network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Dropout(0.2), nn.Linear(16, 1))


def _loss(network: nn.Module) -> Callable[[np.ndarray], Tensor]:
    return lambda rows: (network(X[rows]) - 2 * X[rows] - 1).square().mean()


def _weights(network: nn.Module) -> list[list[float]]:
    return [parameter.flatten().tolist() for parameter in network.parameters()]


def _trained(plan: TrainingPlan = PLAN, state_file: Path | None = None) -> nn.Module:
    network = _network()
    train(network, _loss(network), _shuffled(len(X)), plan, state_file)
    return network


def test_it_learns() -> None:
    network = _trained(TrainingPlan("a line", epochs=60, batch_size=8, learning_rate=0.05, seed=0))
    assert _loss(network)(np.arange(40)).item() < 0.01
    assert not network.training


def test_the_seed_decides_everything() -> None:
    assert _weights(_trained()) == _weights(_trained())
    other = TrainingPlan("a line", epochs=4, batch_size=8, learning_rate=0.05, seed=4)
    assert _weights(_trained()) != _weights(_trained(other))


def test_every_row_is_seen_once_an_epoch_in_another_order() -> None:
    network, seen = _network(), []

    def loss(rows: np.ndarray) -> Tensor:
        seen.append(rows.tolist())
        return _loss(network)(rows)

    train(network, loss, _shuffled(len(X)), PLAN)
    epochs = [list(chain.from_iterable(seen[start : start + 5])) for start in range(0, 20, 5)]
    assert [sorted(rows) for rows in epochs] == [list(range(40))] * 4
    assert len(set(map(tuple, epochs))) == 4


def test_reports_count_the_steps() -> None:
    network, reports = _network(), []
    train(
        network,
        _loss(network),
        _shuffled(len(X)),
        PLAN,
        report=lambda *values: reports.append(values),
    )
    assert reports == [("a line", step, 20) for step in range(1, 21)]


@pytest.mark.parametrize("last_step", [3, 5, 13, 20])
def test_a_killed_run_ends_as_if_it_had_not_been_killed(tmp_path: Path, last_step: int) -> None:
    state_file, network = tmp_path / "state.pt", _network()

    def kill(what: str, done: int, total: int) -> None:
        if done == last_step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(network, _loss(network), _shuffled(len(X)), PLAN, state_file, kill)
    steps = []
    resumed = _network()
    train(
        resumed,
        _loss(resumed),
        _shuffled(len(X)),
        PLAN,
        state_file,
        lambda *step: steps.append(step),
    )
    assert len(steps) == 20 - (last_step - 1) // 5 * 5
    assert _weights(resumed) == _weights(_trained())
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    state_file = tmp_path / "state.pt"
    finished = _trained(state_file=state_file)
    network = _network()
    train(network, _never, _shuffled(len(X)), PLAN, state_file)
    assert _weights(network) == _weights(finished)
    assert not network.training


def _never(rows: np.ndarray) -> Tensor:
    raise AssertionError("there is nothing left to learn")


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_a_loss_that_is_not_finite_is_refused(value: float) -> None:
    network = _network()
    before = _weights(network)
    with pytest.raises(EstimatorError, match="the training of a line has diverged; lower"):
        train(network, lambda rows: network(X).sum() * value, _shuffled(len(X)), PLAN)
    assert _weights(network) == before


def test_weights_that_are_lost_are_refused(tmp_path: Path) -> None:
    plan = TrainingPlan("a line", epochs=1, batch_size=40, learning_rate=1e14, seed=0)
    with pytest.raises(EstimatorError, match="the training of a line has diverged"):
        _trained(plan, tmp_path / "state.pt")
    assert not list(tmp_path.iterdir())


def test_states_of_a_recipe_whose_loss_is_not_finite_are_of_no_use(tmp_path: Path) -> None:
    network = _network()
    told = rf"lower the learning rate and delete {tmp_path}, if it is still there$"
    with pytest.raises(EstimatorError, match=told):
        train(
            network,
            lambda rows: network(X).sum() * torch.inf,
            _shuffled(len(X)),
            PLAN,
            tmp_path / "state.pt",
        )


def test_fewer_rows_than_a_batch_are_one_batch() -> None:
    network, sizes = _network(), []

    def loss(rows: np.ndarray) -> Tensor:
        sizes.append(len(rows))
        return _loss(network)(rows)

    train(network, loss, _shuffled(3), PLAN)
    assert sizes == [3] * 4
