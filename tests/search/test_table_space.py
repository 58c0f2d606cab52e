import numpy as np
import pytest

from gennape import spaces
from gennape.search.table_space import NEIGHBOURS, TableSpace
from gennape.spaces import ArchitectureError

FAMILY = spaces.get("nasbench201")


@pytest.fixture
def table() -> TableSpace:
    rng = np.random.default_rng(0)
    rows = [FAMILY.sample(rng) for _ in range(40)]
    descriptors = np.column_stack([np.arange(40.0), np.full(40, 7.0)])
    return TableSpace(FAMILY, [*rows, rows[0]], np.vstack([descriptors, descriptors[:1]]))


def test_neighbours_are_the_nearest_rows(table: TableSpace) -> None:
    neighbours = table.neighbours(table.architectures[20])
    places = [table.architectures.index(one) for one in neighbours]
    assert places[:2] in ([19, 21], [21, 19])
    assert sorted(places) == [*range(12, 20), *range(21, 29)]
    assert len(neighbours) == NEIGHBOURS
    assert len(table.neighbours(table.architectures[0])) == NEIGHBOURS


def test_nothing_leaves_the_table(table: TableSpace) -> None:
    rng = np.random.default_rng(1)
    rows = list(table.enumerate())
    assert len(rows) == 40
    one = table.sample(rng)
    for _ in range(20):
        other = table.mutate(one, rng)
        assert other in rows
        assert other != one
        one = other


def test_strings_and_graphs_are_those_of_the_family(table: TableSpace) -> None:
    one = table.architectures[3]
    assert table.parse(table.format(one)) == one
    assert table.graph(one).fingerprint == FAMILY.graph(one).fingerprint
    outside = next(other for other in FAMILY.neighbours(one) if other not in table.architectures)
    with pytest.raises(ArchitectureError, match="the table holds no nasbench201:"):
        table.parse(FAMILY.format(outside))
