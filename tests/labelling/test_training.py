from typing import Any

import pytest
import torch

from gennape.labelling import Compute
from gennape.labelling.training import DivergenceError, NetworkTraining
from helpers.labelled_networks import coloured_images, tiny_network, tiny_recipe

IMAGES = coloured_images()


def _training(seed: int = 0, **recipe: Any) -> NetworkTraining:
    network = tiny_network(dropout=True)
    return NetworkTraining(network, IMAGES, tiny_recipe(**recipe), Compute(), seed)


def _trained(training: NetworkTraining) -> NetworkTraining:
    while not training.is_done:
        training.epoch()
    return training


def _weights(training: NetworkTraining) -> dict[str, torch.Tensor]:
    return dict(training.network.state_dict())


def test_a_network_learns() -> None:
    network, recipe = (
        tiny_network(width=32),
        tiny_recipe(epochs=12, half_resolution_epochs=0, crop=0),
    )
    history = _trained(NetworkTraining(network, IMAGES, recipe, Compute(), 0)).history
    assert len(history.test_accuracy) == len(history.train_accuracy) == 12
    assert history.test_accuracy[-1] > 40  # 10 by chance
    assert history.train_accuracy[-1] > history.train_accuracy[0]
    assert history.seconds > 0


@pytest.mark.parametrize("optimizer", ["muon", "sgd", "rmsprop"])
def test_an_interruption_changes_nothing(optimizer: str) -> None:
    recipe = {"optimizer": optimizer, "learning_rate": 0.01, "flip": True}
    whole = _trained(_training(**recipe))
    first = _training(**recipe)
    first.epoch()
    second = _training(seed=0, **recipe)
    torch.rand(7)  # the global generator is elsewhere after a restart
    second.restore(first.state())
    _trained(second)
    assert second.history.test_accuracy == whole.history.test_accuracy
    for name, weight in _weights(whole).items():
        torch.testing.assert_close(_weights(second)[name], weight, rtol=0, atol=0)


def test_the_seed_decides() -> None:
    one, same, other = (_weights(_trained(_training(seed))) for seed in (0, 0, 1))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_divergence_is_noticed() -> None:
    with pytest.raises(DivergenceError, match="not finite"):
        _trained(_training(learning_rate=1e30))


def test_a_subset_is_one_for_all_epochs() -> None:
    training = _training(images=40)
    rows = [torch.cat(training._batches()).sort().values for _ in range(2)]
    assert len(training.chosen) == 40
    assert all(len(row) == 32 for row in rows)  # the last 8 fill no batch
    assert set(torch.cat(rows).tolist()) <= set(training.chosen.tolist())


def test_a_subset_is_one_for_all_networks_of_a_seed() -> None:
    recipe = tiny_recipe(images=40)
    one, wider = (
        NetworkTraining(tiny_network(width=width), IMAGES, recipe, Compute(), 0) for width in (4, 8)
    )
    assert torch.equal(one.chosen, wider.chosen)
    assert not torch.equal(one.chosen, _training(1, images=40).chosen)


def test_fewer_images_than_a_batch_are_one_batch() -> None:
    assert [len(rows) for rows in _training(batch=500)._batches()] == [128]


def test_first_epochs_see_half_the_resolution() -> None:
    training = _training()
    rows = torch.arange(4)
    assert training._training_batch(rows)[0].shape == (4, 3, 4, 4)
    training.epoch()
    assert training._training_batch(rows)[0].shape == (4, 3, 8, 8)


def _tested(training: NetworkTraining) -> list[tuple[int, int]]:
    """Of each test how many images it had, and their height, in pixels."""
    tests = [(0, 0)] * training.recipe.epochs

    def watch(network: torch.nn.Module, inputs: tuple[torch.Tensor], output: object) -> None:
        if not network.training:
            images = inputs[0]
            tests[training.epochs] = tests[training.epochs][0] + len(images), images.shape[-1]

    training.network.register_forward_hook(watch)
    _trained(training)
    return tests


def test_tests_have_the_resolution_of_their_epoch() -> None:
    assert [height for _, height in _tested(_training(epochs=2))] == [4, 8]


def test_the_last_test_is_on_all_images() -> None:
    tests = _tested(_training(epochs=2, test_images=7))
    assert [count for count, _ in tests] == [7, len(IMAGES.test)]


def test_images_have_mean_0_and_deviation_1() -> None:
    training = _training(half_resolution_epochs=0)
    images = torch.cat([images for images, _ in training._normalised(IMAGES.train)])
    torch.testing.assert_close(images.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(images.std((0, 2, 3)), torch.ones(3), atol=1e-3, rtol=0)


def test_bfloat16_learns_too() -> None:
    recipe = tiny_recipe(half_resolution_epochs=0)
    plain, short = (
        _trained(NetworkTraining(tiny_network(), IMAGES, recipe, Compute(bfloat16=bfloat16), 0))
        for bfloat16 in (False, True)
    )
    assert all(weight.dtype is not torch.bfloat16 for weight in _weights(short).values())
    assert not torch.equal(*(next(one.network.parameters()) for one in (plain, short)))
