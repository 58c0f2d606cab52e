import numpy as np
import pytest
import torch
from torch import nn

from gennape.proxies import Batch, score
from gennape.proxies.epe_nas import epe_nas
from helpers.proxy_networks import as_in_training, batch, make, prepared


def test_sums_the_correlations_inside_classes(name: str) -> None:
    network = as_in_training(make(name))
    images = batch().images.clone().requires_grad_(True)
    (gradients,) = torch.autograd.grad(network(images).sum(), images)
    expected = 0.0
    for first in range(3):  # eight images of five classes: 0, 1 and 2 come twice
        r = np.corrcoef(gradients[first].flatten(), gradients[first + 5].flatten())[0, 1]
        expected += abs(2 * np.log(1 + 1e-5) + 2 * np.log(abs(r) + 1e-5))
    assert epe_nas(prepared(name)) == pytest.approx(expected, rel=1e-4)


def test_many_classes_are_compared_with_one_another() -> None:
    """Gradients of a linear network are all the same, so that all classes are, too."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(12, 101))
    labels = torch.tensor([0, 0, 100, 100])
    result = score("epe_nas", network, Batch(torch.randn(4, 3, 2, 2), labels))
    assert result.value == pytest.approx(0, abs=1e-6)


def test_classes_of_one_image_say_nothing() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(12, 10))
    result = score("epe_nas", network, Batch(torch.randn(3, 3, 2, 2), torch.arange(3)))
    assert result.missing == "no class has two images in the batch"
