import numpy as np
import pytest

from gennape.benchmarks.formats.pickle_memo import PickleMemo


def memo_of(*values: object) -> PickleMemo:
    memo = PickleMemo()
    for value in values:
        memo[len(memo)] = value
    return memo


def test_values_are_found_by_their_numbers() -> None:
    values = ["a", [1], "b", "a", {"c": 2}]
    memo = memo_of(*values)
    assert [memo[number] for number in range(len(memo))] == values
    memo[1] = "stored anew"
    assert memo[1] == "stored anew"


def test_numbers_may_begin_at_one_and_leave_no_other_gap() -> None:
    memo = PickleMemo()
    memo[1] = "as Python 2 stores its first value"
    assert len(memo) == 2
    with pytest.raises(LookupError, match="value 0 is not there"):
        memo[0]
    with pytest.raises(ValueError, match="value 4 is stored after value 1"):
        memo[4] = []


def test_a_container_is_forgotten_with_all_after_it_but_strings_and_constants() -> None:
    first, record, dtype = [0], {}, np.dtype("f8")
    memo = memo_of(first, record, "text", [2], dtype)
    memo.forget_since(record)
    assert [memo[number] for number in (0, 2, 4)] == [first, "text", dtype]
    for number in (1, 3):
        with pytest.raises(LookupError, match="belongs to an earlier record"):
            memo[number]


def test_a_value_is_replaced_where_it_itself_is_stored() -> None:
    old = [1]
    memo = memo_of([1], old)
    memo.replace(old, "new")
    assert (memo[0], memo[1]) == ([1], "new")
