import torch

from gennape.graph import GraphBuilder, Op, canonical
from gennape.spaces.parts.cells import cell


def _cell(operations: tuple[str, ...], channels: int, size: int = 8) -> GraphBuilder:
    """A cell on 4 channels, with its output."""
    build = GraphBuilder()
    build.output(cell(build, build.input((4, size, size)), operations, channels))
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
