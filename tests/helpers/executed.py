"""Whether the module of a graph computes what the network itself computes."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from gennape import graph_of
from gennape.frontends.torch.weights import graph_and_weights
from gennape.graph import ComputationGraph


class Applied(nn.Module):
    """A function of a tensor, perhaps with modules that it uses."""

    def __init__(self, function: Callable[..., Any], **parts: nn.Module) -> None:
        super().__init__()
        self.function = function
        self.parts = nn.ModuleDict(parts)

    def forward(self, x: Tensor) -> Any:
        return self.function(x, **self.parts) if self.parts else self.function(x)


def with_other_numbers(module: nn.Module) -> nn.Module:
    """The module in evaluation; numbers that start equal are different."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
        for name, buffer in module.named_buffers():
            if name.endswith("running_var"):
                buffer *= 0.5 + torch.rand_like(buffer)
            elif name.endswith("running_mean"):
                buffer += 0.1 * torch.randn_like(buffer)
    return module.eval()


def module_of_network(module: nn.Module, x: Tensor) -> nn.Module:
    """The module of a network's graph, with the network's weights; traced on one sample."""
    graph, weights = graph_and_weights(module, [x[:1]])
    return graph.to_module(weights).eval()


def assert_same(network: Callable[..., Any], executed: nn.Module, x: Tensor) -> None:
    """Compare all results on a batch."""
    with torch.no_grad():
        expected, actual = network(x), executed(x)
    for wanted, found in zip(_listed(expected), _listed(actual), strict=True):
        assert found.shape == wanted.shape
        torch.testing.assert_close(
            found.float(), wanted.float(), rtol=1e-4, atol=1e-5, equal_nan=True
        )


def _listed(results: Any) -> list[Tensor]:
    return list(results) if isinstance(results, tuple | list) else [results]


def graph_of_program(module: nn.Module, x: Tensor) -> ComputationGraph:
    """The graph of an exported program."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return graph_of(torch.export.export(copy.deepcopy(module).eval(), (x[:1],)))
