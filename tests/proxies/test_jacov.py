import numpy as np
import pytest
import torch

from gennape.proxies import Batch, score
from gennape.proxies.jacov import jacov
from helpers.proxy_networks import as_in_training, batch, make, prepared


def test_is_computed_from_the_gradients_of_each_image(name: str) -> None:
    network = as_in_training(make(name))
    images = batch().images.clone().requires_grad_(True)
    (gradients,) = torch.autograd.grad(network(images).sum(), images)
    values = np.linalg.eigvals(np.corrcoef(gradients.flatten(1).numpy())).real.clip(0)
    expected = -np.sum(np.log(values + 1e-5) + 1 / (values + 1e-5))
    assert jacov(prepared(name)) == pytest.approx(expected, rel=1e-2)


def test_alike_images_score_low() -> None:
    """Without batch norm a linear network has the same gradient everywhere: worst of all."""
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 3))
    result = score("jacov", network, Batch(torch.randn(4, 3, 2, 2)))
    # One eigenvalue of 4, three of 0.
    expected = -(np.log(4 + 1e-5) + 1 / (4 + 1e-5) + 3 * (np.log(1e-5) + 1e5))
    assert result.value == pytest.approx(expected, rel=1e-4)
