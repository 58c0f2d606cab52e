import pyarrow as pa
import pytest

from gennape.benchmarks.labelled_table import lists, rows_of_lists, texts


def test_lists_beside_one_another() -> None:
    table = pa.table({"a": ["[1, 2]", "[]"], "b": ["[true]", "[0]"], "c": ["", ""]})
    assert list(rows_of_lists(table, "b", "a")) == [([True], [1, 2]), ([0], [])]


def test_what_a_list_may_hold_is_up_to_the_caller() -> None:
    table = pa.table({"a": ['["x"]', '["x", 1]']})
    read = lists(table, "a", lambda value: isinstance(value, str), "texts")
    assert next(read) == ["x"]
    with pytest.raises(ValueError, match=r"a of row 1 is .*, no list of texts"):
        next(read)


@pytest.mark.parametrize("cell", ["3", "null", "[1.5]", '["1"]', '{"1": 2}'])
def test_other_cells_are_refused(cell: str) -> None:
    table = pa.table({"a": ["[1]", cell]})
    with pytest.raises(ValueError, match=r"a of row 1 is .*, no list of integers"):
        list(rows_of_lists(table, "a"))


def test_cells_without_a_text_are_refused() -> None:
    assert texts(pa.table({"a": ["[1]", "b"]}), "a") == ["[1]", "b"]
    with pytest.raises(ValueError, match="a of row 1 is None, no text"):
        texts(pa.table({"a": ["[1]", None]}), "a")
    with pytest.raises(ValueError, match="a of row 0 is 3, no text"):
        list(rows_of_lists(pa.table({"a": [3]}), "a"))


def test_no_such_column() -> None:
    with pytest.raises(KeyError, match="absent"):
        list(rows_of_lists(pa.table({"a": ["[1]"]}), "absent"))
