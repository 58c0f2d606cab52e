"""A family's network, run as a PyTorch module and read back, is the same network."""

import numpy as np
import pytest
import torch

from gennape import spaces
from gennape.frontends import graph_of

LARGEST_IMAGES = 64
"""Height and width; the networks of ImageNet take seconds to run at their own."""


def _check(family: str, count: int) -> None:
    resolution = min(spaces.get(family).resolution // 2, LARGEST_IMAGES)
    space = spaces.get(family, resolution=resolution)
    rng = np.random.default_rng(0)
    for _ in range(count):
        graph = space.graph(space.sample(rng))
        module = graph.to_module()
        result = module(torch.randn(2, *graph.output_shape[0].tolist()))
        assert result.shape == (2, space.classes), graph.name
        result.square().mean().backward()
        gradients = [p.grad for p in module.parameters() if p.grad is not None]
        assert gradients, graph.name
        assert all(gradient.isfinite().all() for gradient in gradients), graph.name
        assert sum(p.numel() for p in module.parameters()) == graph.parameters, graph.name
        traced = graph_of(module, graph.output_shape[0].tolist())
        assert traced.fingerprint == graph.fingerprint, graph.name
        assert (traced.macs, traced.parameters) == (graph.macs, graph.parameters), graph.name


@pytest.mark.parametrize("family", spaces.names())
def test_three_random_networks(family: str) -> None:
    _check(family, 3)


@pytest.mark.slow
@pytest.mark.parametrize("family", spaces.names())
def test_thirty_random_networks(family: str) -> None:
    _check(family, 30)
