import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.graph.slices import slice_details, slice_starts


@pytest.mark.parametrize(
    ("details", "starts"),
    [
        ({}, {}),
        ({"start": 3}, {1: 3}),
        ({"axis": 2}, {}),
        ({"axis": 2, "start": 3}, {2: 3}),
        ({"axis": [2, 3], "start": [0, 5]}, {3: 5}),
    ],
)
def test_starts(details: dict[str, object], starts: dict[int, int]) -> None:
    assert slice_starts(details) == starts


@given(st.dictionaries(st.integers(0, 4), st.integers(1, 99)))
def test_details_say_where_a_slice_starts(starts: dict[int, int]) -> None:
    assert slice_starts(slice_details(starts)) == starts
