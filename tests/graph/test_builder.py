from typing import Any

import pytest
import torch

from gennape.graph import GraphBuilder, GraphError, Op


def test_shapes_and_parameters_by_hand() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 32, 32)), 16, kernel=3, stride=2, bias=True)
    assert build.shapes[x] == (16, 16, 16)
    x = build.conv(x, 32, kernel=(1, 5), groups=8)
    assert build.shapes[x] == (32, 16, 16)
    x = build.conv(x, 32, kernel=3, dilation=2)
    assert build.shapes[x] == (32, 16, 16)
    x = build.max_pool(build.batch_norm(x), kernel=3, stride=2, padding=1)
    assert build.shapes[x] == (32, 8, 8)
    x = build.linear(build.flatten(x), 10)
    build.output(x)
    expected = [0, 16 * 3 * 9 + 16, 32 * 2 * 5, 32 * 32 * 9, 64, 0, 0, 2048 * 10 + 10, 0]
    assert build.build().node_parameters.tolist() == expected


def test_a_stride_for_each_axis() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 32, 32)), 8, kernel=(1, 3), stride=(1, 2))
    assert build.shapes[x] == (8, 32, 16)
    build.output(build.conv(x, 8, kernel=(3, 1), stride=(2, 1)))
    graph = build.build()
    assert graph.output_shape[2].tolist() == [8, 16, 16]
    assert graph.stride[1:3].tolist() == [[1, 2], [2, 1]]
    assert graph.padding[1:3].tolist() == [[0, 1, 0, 1], [1, 0, 1, 0]]
    assert graph.to_module()(torch.zeros(1, 3, 32, 32)).shape == (1, 8, 16, 16)


def test_even_kernel_without_padding() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 32, 32)), 8, kernel=4, stride=4, padding=(0, 0))
    assert build.shapes[x] == (8, 8, 8)


def test_sum_and_concatenation_of_one_tensor_is_the_tensor() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    assert build.add(x) == x
    assert build.concat(x) == x


def test_concatenation_and_slice() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    joined = build.concat(x, x, build.conv(x, 5))
    part = build.slice_channels(joined, 4, 2)
    assert build.shapes[joined] == (11, 8, 8)
    assert build.shapes[part] == (2, 8, 8)
    build.output(part)
    graph = build.build()
    assert graph.details == {part: {"start": 4}}
    assert graph.edges.T.tolist()[1:4] == [[0, 2], [0, 2], [1, 2]]


def test_rows_and_columns_from_a_start_and_a_border_of_zeros() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 6))
    x = build.pad(build.slice_from(build.slice_from(x, 2, 3), 3, 1), bottom=2, right=1)
    assert build.shapes[x] == (3, 7, 6)
    build.output(x)
    images = torch.randn(2, 3, 8, 6)
    expected = torch.zeros(2, 3, 7, 6)
    expected[:, :, :5, :5] = images[:, :, 3:, 1:]
    assert torch.equal(build.build().to_module()(images), expected)


def test_pooling_records_only_what_is_unusual() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    plain = build.avg_pool(x, 3, 1, 1)
    other = build.avg_pool(x, 3, 1, 1, count_padding=False)
    build.output(build.add(plain, other))
    assert build.build().details == {other: {"count_include_pad": False}}


def test_a_last_window_may_hang_over_the_border() -> None:
    build = GraphBuilder()
    x = build.input((3, 9, 8))
    assert build.shapes[build.avg_pool(x, 2, 2)] == (3, 4, 4)
    pooled = build.avg_pool(x, 2, 2, cut_last=True)
    assert build.shapes[pooled] == (3, 5, 4)
    build.output(pooled)
    images = torch.randn(2, 3, 9, 8)
    expected = torch.nn.functional.avg_pool2d(images, 2, 2, ceil_mode=True)
    torch.testing.assert_close(build.build().to_module()(images), expected)


@pytest.mark.parametrize(("channels", "error"), [(4.5, TypeError), (2**40, GraphError)])
def test_numbers_that_do_not_fit_are_refused(channels: Any, error: type[Exception]) -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    with pytest.raises(error):
        build.conv(x, channels)


def test_sum_of_different_shapes_is_refused() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    with pytest.raises(GraphError, match=r"add of tensors of different shapes \[\(3, 8, 8\), \(4"):
        build.add(x, build.conv(x, 4))


def test_a_window_larger_than_its_input_is_refused() -> None:
    build = GraphBuilder()
    build.output(build.conv(build.input((3, 2, 2)), 4, kernel=5, padding=(0, 0)))
    with pytest.raises(GraphError, match="output dimension below 1 at node 1"):
        build.build()


def test_further_nodes_do_not_change_a_finished_graph() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    build.output(x)
    graph = build.build()
    build.output(build.add_node(Op.RELU, (x,), (3, 8, 8)))
    assert graph.num_nodes == 2
    assert build.build().num_nodes == 4


def test_another_height_and_width() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 6))
    assert build.resize(x, (8, 6)) == x
    larger = build.resize(x, (16, 12))
    build.output(build.resize(larger, (5, 5), mode="bilinear"))
    graph = build.build()
    assert graph.output_shape.tolist() == [[3, 8, 6], [3, 16, 12], [3, 5, 5], [3, 5, 5]]
    assert graph.details == {2: {"mode": "bilinear"}}
    assert graph.to_module()(torch.zeros(2, 3, 8, 6)).shape == (2, 3, 5, 5)
