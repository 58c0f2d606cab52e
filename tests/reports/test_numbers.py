import pytest

from gennape.reports.numbers import duration, with_unit


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1.00 k"),
        (1234, "1.23 k"),
        (12_345, "12.3 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (25_557_032, "25.6 M"),
        (1_814_073_344, "1.81 G"),
        (3_000_000_000_000_000, "3000 T"),
    ],
)
def test_with_unit_keeps_three_figures(count: int, text: str) -> None:
    assert with_unit(count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(184_690_000, "184.7 M"), (887, "887"), (2e9, "2.000 G")]
)
def test_with_unit_may_have_more_figures(count: float, text: str) -> None:
    assert with_unit(count, figures=4) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59, "59 s"), (90, "2 min"), (3570, "1 h 00 min"), (7500, "2 h 05 min")],
)
def test_durations_are_said_in_words(seconds: float, text: str) -> None:
    assert duration(seconds) == text
