from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gennape.search.pareto import crowding_distances, hypervolume, nsga2_order, pareto_front

small_costs = arrays(np.float64, (8, 2), elements=st.integers(0, 5).map(float))


def dominates(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one <= other).all() and (one < other).any())


@given(small_costs)
def test_no_candidate_comes_before_one_that_beats_it(costs: np.ndarray) -> None:
    order = nsga2_order(costs).tolist()
    assert sorted(order) == list(range(8))
    for i, j in product(range(8), repeat=2):
        if dominates(costs[i], costs[j]):
            assert order.index(i) < order.index(j)


@given(small_costs)
def test_the_front_holds_what_nothing_beats(costs: np.ndarray) -> None:
    chosen = pareto_front(costs)
    beaten = [any(dominates(other, one) for other in costs) for one in costs]
    assert {tuple(costs[i]) for i in chosen} == {
        tuple(one) for one, is_beaten in zip(costs, beaten, strict=True) if not is_beaten
    }
    assert (np.diff(costs[chosen, 0]) >= 0).all()


def test_one_objective() -> None:
    costs = np.array([[3.0], [1.0], [np.inf], [1.0]])
    assert nsga2_order(costs).tolist() == [1, 3, 0, 2]
    assert pareto_front(np.empty((0, 2))).tolist() == []


def test_crowding() -> None:
    costs = np.array([[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]])
    assert crowding_distances(costs).tolist() == [np.inf, pytest.approx(2.0), np.inf]


def test_hypervolume() -> None:
    costs = np.array([[1.0, 2.0], [2.0, 1.0], [np.inf, 0.0]])
    assert hypervolume(costs, np.array([3.0, 3.0])) == 3.0
    assert hypervolume(costs[2:], np.array([3.0, 3.0])) == 0.0
