from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.estimator.stored_values import StoredValues, check_rising, fits

VALUES = StoredValues(
    {
        "count": 3,
        "name": "nasbench101",
        "inner": {"rows": [[1, 2.5], [3, 4]], "kinds": [-(2**63), 5]},
        "parts": [{"a": 1}, {"b": 2}],
        "nothing": None,
    }
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_values_that_are_what_is_asked_for() -> None:
    VALUES.has_only("count", "name", "inner", "parts", "nothing")
    assert VALUES.integer("count", 1, 3) == VALUES.number("count") == 3
    assert VALUES.text("name") == VALUES.choice("name", ["nasbench101"]) == "nasbench101"
    inner = VALUES.part("inner")
    np.testing.assert_array_equal(inner.numbers("rows", 2, None), [[1, 2.5], [3, 4]])
    assert inner.integers("kinds").tolist() == [-(2**63), 5]
    assert [one.path for one in VALUES.parts("parts", 1, 2)] == ["parts[0].", "parts[1]."]
    assert VALUES.has("count")
    assert not VALUES.has("nothing")
    assert not VALUES.has("more")


@pytest.mark.parametrize(
    ("take", "problem"),
    [
        (lambda v: v.has_only("count", "colour"), "colour: missing"),
        (lambda v: v.has_only("count", "name", "inner"), "nothing, parts: unknown"),
        (lambda v: v.integer("count", 4, 9), "count is 3, not a whole number from 4 to 9"),
        (lambda v: v.part("inner").integer("more", 0, 1), r"inner\.more is missing"),
        (lambda v: v.part("count"), "count is no object with named values"),
        (lambda v: v.part("inner").numbers("rows", 2, 3), r"inner\.rows has the shape \(2, 2\)"),
        (lambda v: v.part("inner").numbers("rows", 2, 2, high=3), "holds something, not numbers"),
        (lambda v: v.part("inner").integers("rows"), "rows holds something, not numbers"),
        (lambda v: v.numbers("name"), "name is 'nasbench101', not numbers"),
        (lambda v: v.numbers("parts", 2), "parts holds something, not numbers"),
        (lambda v: v.texts("parts"), "parts holds something, not printable text"),
    ],
)
def test_values_that_are_not(take: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=f"{problem}"):
        take(VALUES)


@pytest.mark.parametrize("text", ["", "a\nb", "\x1b[31m", "a" * 201, "\ud800"])
def test_names_are_printed_in_a_line(text: str) -> None:
    with pytest.raises(ValueError, match="printable text of 1 to 200 characters"):
        StoredValues({"name": text}).text("name")


def test_rows_of_several_lengths() -> None:
    with pytest.raises(ValueError, match="numbers in rows of one length"):
        StoredValues({"rows": [[1, 2], [3]]}).numbers("rows", 2, 2)


@given(_JSON)
def test_whatever_json_holds_a_value_is_taken_or_refused(value: Any) -> None:
    stored = StoredValues({"value": value})
    for take in (
        lambda: stored.integer("value", -5, 5),
        lambda: stored.number("value"),
        lambda: stored.numbers("value", None),
        lambda: stored.integers("value"),
        lambda: stored.texts("value"),
        lambda: stored.parts("value", 0, 3),
        lambda: stored.choice("value", ["a"]),
    ):
        try:
            taken = take()
        except ValueError as error:
            assert str(error).isprintable()
        else:
            assert np.ndim(taken) or taken == value


def test_shapes() -> None:
    assert fits((2, 3), (2, None))
    assert not fits((2, 0), (2, None))
    assert not fits((2,), (2, None))
    assert fits((), ())


def test_numbers_that_fall() -> None:
    check_rising(flat=np.ones(3), rows=np.array([[1, 2], [0, 5]]), one=np.ones(1))
    with pytest.raises(ValueError, match="the numbers of rows fall"):
        check_rising(rows=np.array([[1, 2], [5, 0]]))
