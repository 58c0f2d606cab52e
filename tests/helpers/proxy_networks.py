"""Two tiny networks whose proxies can be computed by plain autograd, and their batch."""

import copy

from torch import Tensor, nn

from gennape.proxies.prepared_network import PreparedNetwork
from gennape.testing import small_batch as batch
from gennape.testing import small_networks

NETWORKS = ("chain", "branched")


def make(name: str) -> nn.Module:
    """A network with random weights, the same every time."""
    return next(network.module for network in small_networks() if network.name == name)


def prepared(name: str) -> PreparedNetwork:
    return PreparedNetwork(make(name), batch(), seed=0)


def as_in_training(network: nn.Module) -> nn.Module:
    """A copy with batch statistics and without dropout, for independent computations."""
    network = copy.deepcopy(network).train()
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.eval()
    return network


def weights(network: nn.Module) -> list[Tensor]:
    """Weights of convolutions and linear layers."""
    return [p for name, p in network.named_parameters() if name.endswith("weight") and p.ndim > 1]


def loss(network: nn.Module, part: slice = slice(None)) -> Tensor:
    """Cross-entropy, written out."""
    data = batch()
    scores = network(data.images[part])
    chosen = scores.gather(1, data.labels[part, None]).squeeze(1)
    return (scores.logsumexp(dim=1) - chosen).mean()
