import pytest

from gennape.estimator.features.image_classifier import OUTSIDE_NOTES, outside_reasons
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op, canonical

CLASSIFIER, INPUTS, OUTPUTS, NO_LAYER, NO_IMAGE, A_MAP, ONE_CLASS = range(7)


def _classes(build: GraphBuilder, x: int, classes: int = 10) -> int:
    return build.linear(build.flatten(build.global_avg_pool(x)), classes)


def _classifier(channels: int = 3, classes: int = 10) -> ComputationGraph:
    build = GraphBuilder()
    x = build.conv(build.input((channels, 8, 8)), 4, kernel=3)
    build.output(_classes(build, x, classes))
    return build.build()


def _two_inputs() -> ComputationGraph:
    build = GraphBuilder()
    x = build.add(*(build.conv(build.input((3, 8, 8)), 4, kernel=3) for _ in range(2)))
    build.output(_classes(build, x))
    return build.build()


def _two_outputs() -> ComputationGraph:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 4, kernel=3)
    build.output(_classes(build, x))
    build.output(x)
    return build.build()


def _without_layers() -> ComputationGraph:
    """Dense layers on the pixels, as logistic regression has one."""
    build = GraphBuilder()
    x = build.relu(build.linear(build.flatten(build.input((3, 8, 8))), 16))
    build.output(build.linear(x, 10))
    return build.build()


def _of_tokens() -> ComputationGraph:
    """A product of 16 tokens of 32 numbers with one another, as text has them."""
    build = GraphBuilder()
    x = build.input((32, 1, 16))
    x = build.add_node(Op.MATMUL, (x, build.linear(x, 32)), (32, 1, 16))
    build.output(_classes(build, x))
    return build.build()


def _to_a_map() -> ComputationGraph:
    build = GraphBuilder()
    build.output(build.conv(build.input((3, 8, 8)), 21, kernel=3))
    return build.build()


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (_classifier(), CLASSIFIER),
        (_classifier(channels=1), CLASSIFIER),
        (_classifier(channels=4, classes=2), CLASSIFIER),
        (_two_inputs(), INPUTS),
        (_two_outputs(), OUTPUTS),
        (_without_layers(), NO_LAYER),
        (_of_tokens(), NO_IMAGE),
        (_classifier(channels=16), NO_IMAGE),
        (_to_a_map(), A_MAP),
        (_classifier(classes=1), ONE_CLASS),
    ],
)
def test_reasons(graph: ComputationGraph, reason: int) -> None:
    assert outside_reasons(canonical(GraphBatch.of([graph]))).tolist() == [reason]


def test_many_networks_at_once() -> None:
    graphs = [_to_a_map(), _classifier(), _two_inputs(), _classifier(classes=1)]
    found = outside_reasons(canonical(GraphBatch.of(graphs)))
    assert found.tolist() == [A_MAP, CLASSIFIER, INPUTS, ONE_CLASS]


def test_each_reason_has_a_note() -> None:
    assert OUTSIDE_NOTES[CLASSIFIER] == ""
    assert len({*OUTSIDE_NOTES}) == ONE_CLASS + 1
