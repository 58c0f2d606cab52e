import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.reports.axes import Axis


def test_places_on_linear_and_logarithmic_axes() -> None:
    assert [Axis(0, 50).place(value) for value in (0, 10, 50, 60)] == [0, 20, 100, 100]
    assert [Axis(1, 1e4, True).place(value) for value in (1, 10, 100, 1e4)] == [0, 25, 50, 100]


def test_round_ticks() -> None:
    assert [text for _, text in Axis(68.2, 84.9).ticks()] == ["70", "75", "80"]
    assert [text for _, text in Axis(3e7, 6e11, True).ticks()] == ["100 M", "1 G", "10 G", "100 G"]
    assert [text for _, text in Axis(9e6, 6e7, True).ticks()] == ["10 M", "20 M", "50 M"]


@given(st.lists(st.floats(1, 1e12), min_size=1), st.booleans())
def test_all_values_lie_on_the_axis_and_it_has_ticks(values: list[float], log: bool) -> None:
    axis = Axis.around(values, log=log)
    assert axis.low < min(values) and max(values) < axis.high
    places = [axis.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert 1 <= len(axis.ticks()) <= 20


def test_one_value_lies_in_the_middle() -> None:
    assert Axis.around([70.0]).place(70) == pytest.approx(50)
    assert Axis.around([1e9], log=True).place(1e9) == pytest.approx(50)
