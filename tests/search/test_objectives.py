import numpy as np
import pytest

from gennape.search import Candidate, Constraint, Objective, SearchError
from gennape.search.objectives import costs_of


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("macs<=600M", 600e6),
        (" macs <= 0.6G ", 600e6),
        ("parameters<=5k", 5e3),
        ("depth<=12", 12),
        ("macs<=1e9", 1e9),
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
    np.testing.assert_array_equal(costs_of(candidates, objectives), [[-2.0, 3.0, np.inf]])
    upwards = [Objective("macs", higher_is_better=True)]
    np.testing.assert_array_equal(costs_of(candidates, upwards), [[-3.0]])
