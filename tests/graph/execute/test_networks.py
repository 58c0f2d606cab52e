"""Attention, three-dimensional convolutions and recurrent layers run, and can be trained."""

import pytest
import torch
from torch import Tensor, nn

from gennape import graph_of
from gennape.frontends.torch.weights import graph_and_weights
from gennape.graph import GraphBuilder, GraphError, Op
from helpers.executed import Applied, assert_same, module_of_network, with_other_numbers

TOKENS = (10, 16)
SEQUENCE = (9, 5)


def _transformer(norm_first: bool) -> nn.Module:
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, norm_first=norm_first)
    return nn.TransformerEncoder(layer, 2)


def _sequence_first(layer: nn.Module) -> nn.Module:
    return Applied(lambda x, layer: layer(x.transpose(0, 1))[0].transpose(0, 1), layer=layer)


def _video() -> nn.Module:
    return nn.Sequential(
        nn.Conv3d(3, 4, (3, 3, 5), (1, 2, 2), (1, 1, 2)),
        nn.BatchNorm3d(4),
        nn.ReLU(),
        nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
        nn.Conv3d(4, 6, 3, padding=1, groups=2, dilation=1),
        nn.ConvTranspose3d(6, 4, 3, 2, 1, 1),
        nn.AvgPool3d(2, ceil_mode=True),
        nn.AdaptiveAvgPool3d(1),
        nn.Flatten(),
        nn.Linear(4, 5),
    )


NETWORKS: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "attention": (
        Applied(lambda x, a: a(x, x, x)[0], a=nn.MultiheadAttention(16, 4, batch_first=True)),
        TOKENS,
    ),
    "attention without its weights": (
        Applied(
            lambda x, a: a(x, x, x, need_weights=False)[0],
            a=nn.MultiheadAttention(16, 4, batch_first=True),
        ),
        TOKENS,
    ),
    "attention with the sequence first": (
        Applied(
            lambda x, a: a(*[x.transpose(0, 1)] * 3)[0].transpose(0, 1),
            a=nn.MultiheadAttention(16, 4),
        ),
        TOKENS,
    ),
    "encoder": (_transformer(norm_first=False), TOKENS),
    "encoder, norm first": (_transformer(norm_first=True), TOKENS),
    "decoder": (
        Applied(
            lambda x, d: d(x, 2 * x),
            d=nn.TransformerDecoder(nn.TransformerDecoderLayer(16, 4, 32, batch_first=True), 1),
        ),
        TOKENS,
    ),
    "video": (_video(), (3, 6, 16, 16)),
    "signal": (
        nn.Sequential(
            nn.Conv1d(3, 4, 3, padding=1),
            nn.BatchNorm1d(4),
            nn.MaxPool1d(2),
            nn.ConvTranspose1d(4, 3, 3, 2, output_padding=1),
        ),
        (3, 16),
    ),
    "lstm": (
        Applied(
            lambda x, r: r(x)[0],
            r=nn.LSTM(5, 7, num_layers=2, batch_first=True, bidirectional=True),
        ),
        SEQUENCE,
    ),
    "last state of an lstm": (
        Applied(lambda x, r: r(x)[1][0][-1], r=nn.LSTM(5, 7, batch_first=True)),
        SEQUENCE,
    ),
    "cell of an lstm": (
        Applied(lambda x, r: r(x)[1][1].squeeze(0), r=nn.LSTM(5, 7, batch_first=True)),
        SEQUENCE,
    ),
    "gru": (Applied(lambda x, r: r(x)[0][:, -1], r=nn.GRU(5, 7, batch_first=True)), SEQUENCE),
    "gru with time first": (_sequence_first(nn.GRU(5, 7)), SEQUENCE),
    "rnn": (
        Applied(lambda x, r: r(x)[0], r=nn.RNN(5, 7, nonlinearity="relu", batch_first=True)),
        SEQUENCE,
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_computes_the_same(name: str) -> None:
    network, shape = NETWORKS[name]
    with_other_numbers(network)
    x = torch.randn(3, *shape)
    assert_same(network, module_of_network(network, x), x)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_can_be_trained(name: str) -> None:
    network, shape = NETWORKS[name]
    module = graph_of(network, shape).to_module().train()
    before = [parameter.clone() for parameter in module.parameters()]
    assert sum(p.numel() for p in before) == sum(p.numel() for p in network.parameters())
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1)
    module(torch.randn(3, *shape)).square().sum().backward()
    optimiser.step()
    changed = [
        not torch.equal(old, new) for old, new in zip(before, module.parameters(), strict=True)
    ]
    assert sum(changed) >= len(changed) - 1  # a bias before a softmax changes nothing


class _Biased(nn.Module):
    """Attention with a bias looked up in a table, and a fixed mask, as in Swin."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(19, 2))
        self.register_buffer("places", torch.arange(10)[:, None] - torch.arange(10) + 9)
        self.register_buffer("mask", torch.randn(10, 10))

    def forward(self, x: Tensor) -> Tensor:
        heads = x.unflatten(-1, (2, 8)).transpose(1, 2)
        scores = heads @ heads.mT + self.table[self.places].permute(2, 0, 1) + self.mask
        return (scores.softmax(-1) @ heads).transpose(1, 2).flatten(2)


def test_numbers_that_a_graph_does_not_hold_are_given_or_stand_ins() -> None:
    network = _Biased()
    x = torch.randn(2, *TOKENS)
    graph, weights = graph_and_weights(network, [x[:1]])
    assert_same(network, graph.to_module(weights), x)
    with pytest.raises(GraphError, match="computed from other parameters; the numbers of a const"):
        graph.to_module()
    trained = graph.to_module(stand_ins=True)
    trained(x).sum().backward()
    assert trained(x).shape == x.shape


def test_constants_that_state_their_numbers() -> None:
    build = GraphBuilder()
    x = build.input((2, 3, 1))
    fixed = build.add_node(Op.CONSTANT, (), (2, 1, 1), values=[1.0, 2.0])
    mask = build.add_node(Op.CONSTANT, (), (2, 3, 1), values=[4])
    build.output(build.add_node(Op.ADD, (x, fixed, mask), (2, 3, 1)))
    result = build.build().to_module()(torch.zeros(1, 2, 3, 1))
    assert result.flatten().tolist() == [5, 5, 5, 6, 6, 6]


def test_a_node_says_why_it_cannot_run() -> None:
    graph = graph_of(Applied(lambda x: x.relu().index_fill_(1, torch.tensor([0]), 2)), (2, 4, 4))
    with pytest.raises(GraphError, match="no rule for index_fill"):
        graph.to_module()
    build = GraphBuilder()
    x = build.input((2, 4, 4))
    build.output(build.add_node(Op.WHERE, (x,), (2, 4, 4), not_executable="it is overwritten"))
    with pytest.raises(GraphError, match="where: it is overwritten"):
        build.build().to_module()


def test_a_product_of_elements_by_letters_is_refused() -> None:
    """Nothing is summed in it, so that it is no matrix product."""
    graph = graph_of(Applied(lambda x: torch.einsum("bchw,bchw->bhwc", x, x)), (2, 4, 6))
    with pytest.raises(GraphError, match="elements are paired by letters"):
        graph.to_module()


def test_a_further_result_without_a_rule_is_refused() -> None:
    graph = graph_of(Applied(lambda x: x.min(1).indices), (4, 6, 6))
    with pytest.raises(GraphError, match="no rule for the further results of"):
        graph.to_module()


def test_names_of_functions_are_not_looked_up_unless_they_are_known() -> None:
    build = GraphBuilder()
    x = build.input((2, 4, 4))
    build.output(build.add_node(Op.ROUND, (x,), (2, 4, 4), function="load"))
    with pytest.raises(GraphError, match="no rule for load"):
        build.build().to_module()


def test_a_node_that_gives_another_size_is_refused() -> None:
    build = GraphBuilder()
    x = build.input((2, 4, 4))
    build.output(build.add_node(Op.PAD, (x,), (2, 6, 6)))
    with pytest.raises(GraphError, match=r"node 1 \(pad\) gives \[1, 2, 4, 4\], where the graph"):
        build.build().to_module()


@pytest.mark.parametrize("size", [32, 48, 96])
def test_networks_run_at_other_sizes_than_they_were_made_for(size: int) -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.AdaptiveAvgPool2d((7, 7)),
        nn.Flatten(),
        nn.Linear(8 * 49, 5),
    )
    x = torch.randn(2, 3, size, size)
    assert_same(network, module_of_network(network, x), x)
