import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch.utils.flop_counter import FlopCounterMode

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBuilder, GraphError, Op
from gennape.graph.arrays import NO_ATTRIBUTES
from helpers.executable_networks import executable_networks


def _counted_macs(graph: ComputationGraph) -> int:
    """Multiply-accumulates that PyTorch itself counts while the network runs."""
    inputs = graph.output_shape[graph.operations == Op.INPUT].tolist()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        graph.to_module().eval()(*(torch.zeros(1, *shape) for shape in inputs))
    return int(counter.get_total_flops()) // 2


def test_macs_by_hand() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((4, 8, 8)), 6, kernel=3, stride=2, groups=2)
    attributes = (2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 0)
    x = build.add_node(Op.CONV_TRANSPOSE, (x,), (5, 8, 8), attributes, parameters=6 * 5 * 4)
    x = build.linear(build.flatten(x), 10)
    build.output(x)
    convolution, transposed, linear = 6 * 4 * 4 * 2 * 9, 6 * 4 * 4 * 5 * 4, 320 * 10
    graph = build.build()
    assert graph.node_macs.tolist() == [0, convolution, transposed, 0, linear, 0]
    assert _counted_macs(graph) == graph.macs


def test_macs_of_a_matrix_product() -> None:
    build = GraphBuilder()
    x, y = build.input((8, 5, 1)), build.input((3, 8, 1))
    product = build.add_node(Op.MATMUL, (x, y), (3, 5, 1), (8, *NO_ATTRIBUTES[1:]))
    build.output(product)
    assert build.build().macs == 5 * 8 * 3


def test_macs_beyond_32_bits() -> None:
    build = GraphBuilder()
    build.output(build.conv(build.input((2048, 512, 512)), 2048, kernel=7))
    assert build.build().macs == 2048 * 2048 * 49 * 512 * 512


@given(executable_networks())
@settings(max_examples=40)
def test_macs_equal_what_pytorch_counts(graph: ComputationGraph) -> None:
    assert _counted_macs(graph) == graph.macs


@pytest.mark.parametrize("family", ["nasbench101", "nasbench201"])
def test_macs_of_family_networks_equal_what_pytorch_counts(family: str) -> None:
    space = spaces.get(family)
    rng = np.random.default_rng(0)
    for _ in range(5):
        graph = space.graph(space.sample(rng))
        assert _counted_macs(graph) == graph.macs


def _layers(channels: int, side: int, layers: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((channels, side, side))
    for _ in range(layers):
        x = build.conv(x, channels, kernel=1)
    build.output(x)
    return build.build()


def test_costs_are_exact_up_to_their_limit() -> None:
    graph = _layers(2**20, 2**10, 2)
    assert graph.macs == 2 * 2 ** (20 + 20 + 10 + 10) == 2**61
    assert graph.parameters == 2 * 2**40


@pytest.mark.parametrize(
    ("channels", "side", "layers"),
    [(2**31 - 1, 2**31 - 1, 1), (2**20, 2**10, 4), (2, 2**31 - 1, 1), (2**25, 2**25, 3)],
)
def test_costs_that_64_bits_do_not_hold_are_refused(channels: int, side: int, layers: int) -> None:
    """Of one node, or only of all together."""
    with pytest.raises(GraphError, match=r"more work or parameters than 2\*\*62 at, or together"):
        _layers(channels, side, layers)


def test_parameters_that_64_bits_do_not_hold_together_are_refused() -> None:
    build = GraphBuilder()
    x = build.input((1, 1, 1))
    for _ in range(4):
        x = build.add_node(Op.PRELU, (x,), (1, 1, 1), parameters=2**61)
    build.output(x)
    with pytest.raises(GraphError, match=r"2\*\*62"):
        build.build()


def test_columns_do_not_wrap() -> None:
    graph = _layers(2, 2, 1)
    attributes = graph.attributes.astype(np.int64)
    attributes[0, 12] = 2**32 + 2
    with pytest.raises(GraphError, match="numbers up to 2147483647"):
        ComputationGraph(graph.operations, attributes, graph.node_parameters, graph.edges)
