from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.graph import GraphBatch, Op
from gennape.graph.templates import ChoiceBuilder, ChosenBuilder, TemplateBuilder
from gennape.graph.validation import GraphError, validate

CHOICES = 4


def operation(build: ChoiceBuilder, x: int, choice: int) -> int:
    """Nothing, one node with a detail, two of them, or four with a branch."""
    if choice == 0:
        return x
    if choice == 1:
        return build.avg_pool(x, kernel=3, stride=1, padding=1, count_padding=False)
    x = build.batch_norm(build.conv(x, build.shapes[x][0], kernel=3))
    return x if choice == 2 else build.add(build.relu(x), x)


def write(build: ChoiceBuilder, shape: Sequence[int]) -> None:
    """A network whose places are given by numbers: which slot each follows."""
    x = build.input((3, 8, 8))
    before = x
    for number, slot in enumerate(shape):
        chosen = build.choose(x, slot, lambda node, choice: operation(build, node, choice))
        before, x = x, build.add(chosen, before) if number % 2 else chosen
    x = build.repeat(lambda node: build.relu(_place(build, node)), x, 2)
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 2))


def _place(build: ChoiceBuilder, x: int) -> int:
    return build.choose(x, 0, lambda node, choice: operation(build, node, choice))


def one_by_one(shape: Sequence[int], rows: Sequence[Sequence[int]]) -> GraphBatch:
    graphs = []
    for choices in rows:
        build = ChosenBuilder(choices)
        write(build, shape)
        graphs.append(build.build(name=str(choices)))
    return GraphBatch.of(graphs)


def together(shape: Sequence[int], rows: Sequence[Sequence[int]]) -> GraphBatch:
    build = TemplateBuilder(CHOICES)
    write(build, shape)
    return build.template().build(np.array(rows), list(map(str, rows)))


def assert_equal(found: GraphBatch, expected: GraphBatch) -> None:
    for column in ("operations", "attributes", "node_parameters", "edges", "node_offsets"):
        np.testing.assert_array_equal(getattr(found, column), getattr(expected, column))
        assert getattr(found, column).dtype == getattr(expected, column).dtype
    assert dict(found.details) == dict(expected.details)
    assert found.names == expected.names


@given(
    shape=st.lists(st.integers(0, 2), min_size=1, max_size=6),
    rows=st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=5),
)
def test_networks_are_those_that_are_built_one_by_one(
    shape: list[int], rows: list[list[int]]
) -> None:
    found = together(shape, rows)
    assert_equal(found, one_by_one(shape, rows))
    validate(found)


def test_all_choices_of_two_places() -> None:
    rows = list(product(range(CHOICES), repeat=2))
    found = together([0, 1], rows)
    assert_equal(found, one_by_one([0, 1], rows))
    fewest = found.graph(0)  # input, sum, two ReLUs, pool, flatten, linear, output
    assert fewest.num_nodes == 8
    assert found.graph(15).num_nodes == 8 + 4 * 4


def test_what_is_passed_on_is_what_the_place_reads() -> None:
    graph = together([0], [[0]]).graph(0)
    first = graph.edges[0][graph.edges[1] == 1].tolist()
    assert graph.operations[1] == Op.RELU
    assert first == [0]


def test_a_template_without_choices() -> None:
    build = TemplateBuilder(CHOICES)
    build.output(build.relu(build.input((3, 8, 8))))
    found = build.template().build(np.zeros((2, 0), dtype=np.int64), ["a", "b"])
    validate(found)
    assert found.names == ("a", "b")
    assert found.operations.tolist() == 2 * [Op.INPUT, Op.RELU, Op.OUTPUT]


def test_choices_of_one_place_have_one_shape() -> None:
    build = TemplateBuilder(2)
    x = build.input((3, 8, 8))
    with pytest.raises(GraphError, match="of one shape"):
        build.choose(x, 0, lambda node, choice: build.conv(node, 4 + choice))
