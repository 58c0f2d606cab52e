import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch.utils.flop_counter import FlopCounterMode

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBuilder, Op
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
