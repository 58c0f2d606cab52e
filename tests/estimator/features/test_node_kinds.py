import numpy as np
import pytest

from gennape.estimator.features.node_kinds import convolution_widths, node_kinds
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder


def network(resolution: int = 8, **convolution: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.conv(build.input((16, resolution, resolution)), **{"channels": 16} | convolution)
    build.output(build.relu(x))
    return build.build()


def _kinds(graph: ComputationGraph) -> set[int]:
    return set(node_kinds(GraphBatch.of([graph])).tolist())


@pytest.mark.parametrize(
    "other",
    [{"kernel": 5}, {"stride": 2}, {"dilation": 2}, {"groups": 4}, {"groups": 16}],
    ids=str,
)
def test_what_makes_another_kind(other: dict[str, int]) -> None:
    assert len(_kinds(network(**{"kernel": 3} | other)) - _kinds(network(kernel=3))) == 1


def test_inputs_of_other_shapes_are_other_kinds() -> None:
    assert len(_kinds(network(kernel=3, resolution=16)) - _kinds(network(kernel=3))) == 1


def test_widths_and_biases_make_no_other_kind() -> None:
    assert _kinds(network(kernel=3, channels=64, bias=1)) == _kinds(network(kernel=3))


@pytest.mark.parametrize(("groups", "same"), [(2, True), (8, True), (16, False), (1, False)])
def test_groups_count_as_none_some_or_depthwise(groups: int, same: bool) -> None:
    assert (_kinds(network(groups=groups)) == _kinds(network(groups=4))) is same


def test_only_convolutions_have_a_width() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((16, 8, 8)), channels=24, kernel=3)
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    widths = convolution_widths(GraphBatch.of([build.build()]))
    assert np.unique(widths).tolist() == [0, 24]
