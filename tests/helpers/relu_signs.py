"""Which ReLUs of the tiny networks fire, written out network by network."""

import numpy as np
import torch
from torch import Tensor

from helpers.proxy_networks import as_in_training, batch, make


def relu_signs(name: str) -> np.ndarray:
    """`(images, units)`."""
    network = as_in_training(make(name))
    x = batch().images
    before: list[Tensor] = []
    with torch.no_grad():
        if name == "chain":
            first = network[1](network[0](x))
            before = [first, network[4](network[3](first.clamp(min=0)))]
        else:
            x = network.norm(network.stem(x))
            before = [network.first(x)]
            before.append(network.second(x + before[0].clamp(min=0)))
    return np.concatenate([(one > 0).flatten(1).numpy() for one in before], axis=1)
