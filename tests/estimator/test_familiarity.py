import pytest

from gennape.estimator.familiarity import Familiarity, node_kinds
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder


def _network(resolution: int = 8, **convolution: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.conv(build.input((16, resolution, resolution)), **{"channels": 16} | convolution)
    build.output(build.relu(x))
    return build.build()


def _is_foreign(known: ComputationGraph, *networks: ComputationGraph) -> list[bool]:
    batch = GraphBatch.of(networks)
    familiarity = Familiarity.of(node_kinds(GraphBatch.of([known])))
    return (familiarity.known_share(node_kinds(batch), batch.node_offsets) < 1).tolist()


def test_what_makes_a_network_foreign() -> None:
    known = _network(kernel=3)
    others = [
        _network(kernel=3),
        _network(kernel=5),
        _network(kernel=3, stride=2),
        _network(kernel=3, dilation=2),
        _network(kernel=3, groups=4),
        _network(kernel=3, groups=16),
        _network(kernel=3, resolution=16),
    ]
    assert _is_foreign(known, *others) == [False, True, True, True, True, True, True]


def test_widths_and_biases_are_not_foreign() -> None:
    assert _is_foreign(_network(kernel=3), _network(kernel=3, channels=64, bias=1)) == [False]


@pytest.mark.parametrize(("groups", "foreign"), [(2, False), (8, False), (16, True), (1, True)])
def test_groups_count_as_none_some_or_depthwise(groups: int, foreign: bool) -> None:
    assert _is_foreign(_network(groups=4), _network(groups=groups)) == [foreign]


def test_the_share_of_known_nodes() -> None:
    """Of input, convolution, activation and output, the convolution is new."""
    known, new = (GraphBatch.of([_network(kernel=k)]) for k in (3, 5))
    familiarity = Familiarity.of(node_kinds(known))
    assert familiarity.known_share(node_kinds(known), known.node_offsets).tolist() == [1]
    assert familiarity.known_share(node_kinds(new), new.node_offsets).tolist() == [0.75]
