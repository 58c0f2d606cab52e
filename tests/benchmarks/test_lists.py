import pyarrow as pa
import pytest

from gennape.benchmarks.lists import rows_of_lists


def test_lists_beside_one_another() -> None:
    table = pa.table({"a": ["[1, 2]", "[]"], "b": ["[true]", "[0]"], "c": ["", ""]})
    assert list(rows_of_lists(table, "b", "a")) == [([True], [1, 2]), ([0], [])]


@pytest.mark.parametrize("cell", ["3", "null", "[1.5]", '["1"]', '{"1": 2}', None])
def test_other_cells_are_refused(cell: str | None) -> None:
    table = pa.table({"a": ["[1]", cell]})
    with pytest.raises(ValueError, match=r"a of row 1 is .*, no list of integers"):
        list(rows_of_lists(table, "a"))


def test_no_such_column() -> None:
    with pytest.raises(KeyError, match="absent"):
        list(rows_of_lists(pa.table({"a": ["[1]"]}), "absent"))
