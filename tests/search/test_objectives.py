import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.search import Candidate, Constraint, Objective, SearchError
from gennape.search.objectives import cost_matrix, format_metric


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("macs<=600M", 600e6),
        (" macs <= 0.6G ", 600e6),
        ("parameters<=5k", 5e3),
        ("depth<=12", 12),
        ("macs<=1e9", 1e9),
        ("macs<=6e+08", 6e8),
    ],
)
def test_constraints_are_read(text: str, bound: float) -> None:
    constraint = Constraint.of(text)
    assert constraint.bound == bound
    assert constraint.holds(bound)
    assert not constraint.holds(bound * 1.01)


def test_a_lower_bound() -> None:
    constraint = Constraint.of("score>=-1.5")
    assert constraint.holds(-1.5)
    assert not constraint.holds(-1.6)
    assert str(constraint) == "score>=-1.5"
    assert Constraint.of(str(constraint)) == constraint


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_of_a_constraint_keeps_its_bound(bound: float) -> None:
    constraint = Constraint("macs", "<=", bound)
    assert Constraint.of(str(constraint)) == constraint


def test_text_of_a_constraint_is_short() -> None:
    assert str(Constraint.of("macs<=123456789")) == "macs<=123456789"
    assert str(Constraint.of("macs<=600M")) == "macs<=600000000"


@pytest.mark.parametrize("text", ["macs<=1e999", "macs>=-1e999"])
def test_bounds_are_finite(text: str) -> None:
    with pytest.raises(SearchError, match=r"a bound is a finite number, not -?inf"):
        Constraint.of(text)


@pytest.mark.parametrize("text", ["macs<600M", "macs<=", "macs<=6X", "<=6"])
def test_other_text_is_no_constraint(text: str) -> None:
    with pytest.raises(SearchError, match="is no constraint; one looks like macs<=600M"):
        Constraint.of(text)


def test_names_of_metrics() -> None:
    with pytest.raises(SearchError, match="did you mean score"):
        Objective.of("scor")
    with pytest.raises(SearchError, match="swap runs the network"):
        Objective.of("swap")
    with pytest.raises(SearchError, match="did you mean macs"):
        Constraint.of("mac<=6")


def test_costs() -> None:
    metrics = {"score": 2.0, "macs": 3.0, "accuracy": float("nan")}
    candidates = [Candidate(None, "", "", metrics)]
    objectives = [Objective.of(name) for name in metrics]
    np.testing.assert_array_equal(cost_matrix(candidates, objectives), [[-2.0, 3.0, np.inf]])
    upwards = [Objective("macs", higher_is_better=True)]
    np.testing.assert_array_equal(cost_matrix(candidates, upwards), [[-3.0]])


def test_counts_are_shown_with_units() -> None:
    assert format_metric("macs", 184_744_960) == "184.7 M"
    assert format_metric("score", 0.73412) == "0.7341"
