import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gennape.frontends import graph_of
from gennape.graph import ComputationGraph, GraphBuilder, Op, canonical
from gennape.graph.templates import ChosenBuilder
from gennape.spaces.nasbench201 import OPERATIONS
from gennape.spaces.parts.cells import add_cell, factorized_reduce, relu_conv_bn


def _cell(operations: tuple[str, ...], channels: int, size: int = 8) -> GraphBuilder:
    """A cell on 4 channels, with its output."""
    build = ChosenBuilder([OPERATIONS.index(operation) for operation in operations])
    build.output(add_cell(build, build.input((4, size, size)), OPERATIONS, channels))
    return build


def test_the_input_stays_where_channels_do() -> None:
    build = _cell(("skip_connect",) * 6, channels=4)
    assert set(build.shapes) == {(4, 8, 8)}
    # node 1 = x, node 2 = x + x, node 3 = x + x + 2x
    x = torch.randn(1, 4, 8, 8)
    torch.testing.assert_close(build.build().to_module()(x), 4 * x)


def test_edges_from_the_input_of_a_reducing_cell_halve_the_size() -> None:
    graph = _cell(("nor_conv_3x3",) * 6, channels=8).build()
    convolutions = graph.operations == Op.CONV
    strides = graph.stride[convolutions][:, 0].tolist()
    assert strides == [2, 2, 1, 2, 1, 1]  # in the order of the edges 01, 02, 12, 03, 13, 23
    assert graph.input_shape[convolutions][:, 0].tolist() == [4, 4, 8, 4, 8, 8]
    assert graph.output_shape[-1].tolist() == [8, 4, 4]


def test_a_reducing_cell_without_edges_is_zero() -> None:
    for size, halved in ((8, 4), (7, 4)):
        graph = _cell(("none",) * 6, channels=8, size=size).build()
        result = graph.to_module()(torch.randn(2, 4, size, size))
        torch.testing.assert_close(result, torch.zeros(2, 8, halved, halved))


def test_no_edge_leaves_the_other_edges_alone() -> None:
    edges = ["none"] * 6
    edges[0] = edges[4] = "nor_conv_3x3"  # 01 and 13
    graph = canonical(_cell(tuple(edges), channels=8).build())
    kept = [Op.INPUT, Op.RELU, Op.CONV, Op.RELU, Op.CONV, Op.OUTPUT]  # norms are folded
    assert graph.operations.tolist() == kept


def _reduced(height: int, width: int, channels: int = 6) -> ComputationGraph:
    build = GraphBuilder()
    x = factorized_reduce(build, build.input((4, height, width)), channels)
    build.output(x)
    return build.build()


def test_relu_comes_first() -> None:
    build = GraphBuilder()
    x = relu_conv_bn(build, build.input((4, 8, 8)), 6, kernel=3, stride=2)
    assert build.shapes[x] == (6, 4, 4)
    build.output(x)
    graph = build.build()
    order = [Op.INPUT, Op.RELU, Op.CONV, Op.BATCH_NORM, Op.OUTPUT]
    assert graph.operations.tolist() == order
    assert graph.parameters == 9 * 4 * 6 + 2 * 6


@pytest.mark.parametrize(("height", "width"), [(8, 8), (7, 7), (7, 8), (1, 1)])
def test_factorized_reduce_sees_every_row(height: int, width: int) -> None:
    graph = _reduced(height, width)
    assert graph.parameters == 4 * 6 + 2 * 6
    module = graph.to_module().eval()
    first, second = [layer.weight for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    images = torch.randn(2, 4, height, width)
    positive = F.pad(images.relu(), (0, 1, 0, 1))
    even, odd = positive[:, :, :-1:2, :-1:2], positive[:, :, 1::2, 1::2]
    expected = torch.cat([F.conv2d(even, first), F.conv2d(odd, second)], 1)
    torch.testing.assert_close(module(images), expected / (1 + 1e-5) ** 0.5)
    assert graph_of(module, (4, height, width)).fingerprint == graph.fingerprint


def test_an_even_size_needs_no_border() -> None:
    assert not (_reduced(8, 8).operations == Op.PAD).any()
    assert (_reduced(8, 7).operations == Op.PAD).sum() == 1


def test_an_odd_number_of_channels_is_split_unevenly() -> None:
    graph = _reduced(8, 8, channels=5)
    convolutions = graph.operations == Op.CONV
    assert graph.output_shape[convolutions][:, 0].tolist() == [2, 3]
