import pytest

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.parts.convolutions import conv_bn, pool_bn, split_conv


def _operations(graph: ComputationGraph) -> str:
    return " ".join(Op(op).name.lower() for op in graph.operations.tolist()[1:-1])


def test_the_activation_comes_last_where_there_is_one() -> None:
    build = GraphBuilder()
    x = conv_bn(build, build.input((4, 8, 8)), 6, kernel=3, stride=2, activation=Op.RELU6)
    build.output(conv_bn(build, x, 6, groups=6, bias=True))
    graph = build.build()
    assert _operations(graph) == "conv batch_norm relu6 conv batch_norm"
    assert graph.node_parameters[[1, 2, 4, 5]].tolist() == [9 * 4 * 6, 12, 6 + 6, 12]
    assert graph.output_shape[-1].tolist() == [6, 4, 4]


@pytest.mark.parametrize("strides", [(2, 1), ((1, 2), (2, 1))])
def test_a_split_kernel_is_a_row_and_a_column(strides: tuple[int, int]) -> None:
    build = GraphBuilder()
    x = build.input((4, 8, 8))
    build.output(split_conv(build, x, 6, kernel=5, strides=strides, activation=Op.RELU, bias=True))
    graph = build.build()
    assert _operations(graph) == "conv batch_norm relu conv batch_norm relu"
    assert graph.kernel[[1, 4]].tolist() == [[1, 5], [5, 1]]
    assert graph.node_parameters[[1, 4]].tolist() == [5 * 4 * 6 + 6, 5 * 6 * 6 + 6]
    assert graph.output_shape[1].tolist() == ([6, 4, 4] if strides == (2, 1) else [6, 8, 4])
    assert graph.output_shape[-1].tolist() == [6, 4, 4]


@pytest.mark.parametrize(
    ("op", "details"), [(Op.MAX_POOL, {}), (Op.AVG_POOL, {"count_include_pad": False})]
)
def test_a_pool_keeps_the_shape(op: Op, details: dict[str, bool]) -> None:
    build = GraphBuilder()
    build.output(pool_bn(build, build.input((4, 8, 8)), op))
    graph = build.build()
    assert graph.operations.tolist() == [Op.INPUT, op, Op.BATCH_NORM, Op.OUTPUT]
    assert graph.kernel[1].tolist() == [3, 3]
    assert graph.output_shape[2].tolist() == [4, 8, 8]
    assert graph.details.get(1, {}) == details
