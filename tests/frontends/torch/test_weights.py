import pytest
import torch
from torch import nn

from gennape import graph_of
from gennape.frontends import FrontendError
from gennape.frontends.torch.weights import graph_and_weights
from gennape.graph import Op


def test_each_node_has_the_tensors_it_works_with() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU()).eval()
    graph, weights = graph_and_weights(network, [torch.randn(1, 3, 8, 8)])
    assert graph.fingerprint == graph_of(network, (3, 8, 8)).fingerprint
    conv, norm = (int((graph.operations == op).argmax()) for op in (Op.CONV, Op.BATCH_NORM))
    assert set(weights) == {conv, norm}
    assert weights[conv][1] is None
    assert torch.equal(weights[conv][0], network[0].weight)
    assert torch.equal(weights[norm][3], network[1].running_var)


def test_a_network_is_left_as_it_was() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5)).train()
    weight = network[0].weight
    graph_and_weights(network, [torch.randn(1, 4)])
    assert network.training
    assert network[0].weight is weight


def _doubled(x: torch.Tensor) -> torch.Tensor:
    return x * 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_hidden_operations_are_refused() -> None:
    scripted = torch.jit.script(_doubled)

    class Hiding(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return scripted(x) + x

    with pytest.raises(FrontendError, match="Hiding hides operations from the trace"):
        graph_and_weights(Hiding(), [torch.randn(1, 4)])
