import doctest
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, pearsonr, rankdata, spearmanr

from gennape.evaluation import metrics

ROWS = np.random.default_rng(0).normal(size=(3, 60))
ACCURACIES, SCORES, SIZES = 0.9 + 0.01 * ROWS[0], ROWS[0] + ROWS[1], ROWS[1] + ROWS[2]


def test_spearman_is_that_of_scipy() -> None:
    assert metrics.spearman(ACCURACIES, SCORES) == spearmanr(ACCURACIES, SCORES).statistic
    assert metrics.spearman(ACCURACIES, ACCURACIES**3) == pytest.approx(1)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), min_size=2, max_size=25))
def test_kendall_by_brute_force(rows: list[tuple[int, int]]) -> None:
    """Accuracies in steps of 0.00004: one or two steps are too near, three are not."""
    agreement = pairs = 0
    for (a, x), (b, y) in combinations(rows, 2):
        if abs(a - b) > 2:
            pairs += 1
            agreement += int(np.sign(a - b) * np.sign(x - y))
    expected = agreement / pairs if pairs else 0.0
    steps, scores = np.array(rows, dtype=float).T
    assert metrics.kendall_tau(0.9 + 4e-5 * steps, scores) == pytest.approx(expected)
    assert metrics.kendall_tau(90 + 4e-3 * steps, scores) == pytest.approx(expected)


def test_kendall_is_that_of_scipy_without_near_pairs() -> None:
    accuracies = np.random.default_rng(1).permutation(700) / 1000
    scores = accuracies + np.random.default_rng(2).normal(size=700)
    expected = kendalltau(accuracies, scores).statistic
    assert metrics.kendall_tau(accuracies, scores) == pytest.approx(expected)


def test_ndcg_by_hand() -> None:
    """Accuracies 0.5, 0.6, 0.7 have the relevances 0, 10 and 20."""
    accuracies, scores = np.array([0.5, 0.6, 0.7]), np.array([2.0, 3.0, 1.0])
    ten, twenty = 2**10 - 1, 2**20 - 1
    best = twenty + ten / np.log2(3)
    assert metrics.ndcg(accuracies, scores, 2) == pytest.approx(ten / best)
    assert metrics.ndcg(accuracies, scores, 50) == pytest.approx((ten + twenty / 2) / best)
    assert metrics.ndcg(accuracies, scores, 1) == pytest.approx(ten / twenty)
    assert metrics.ndcg(accuracies, accuracies, 50) == pytest.approx(1)


def test_partial_spearman_is_that_of_the_residuals() -> None:
    """What a line through the sizes' ranks leaves of the other ranks."""
    accuracies, scores, sizes = (rankdata(row) for row in (ACCURACIES, SCORES, SIZES))
    residuals = [row - np.polyval(np.polyfit(sizes, row, 1), sizes) for row in (accuracies, scores)]
    expected = pearsonr(*residuals).statistic
    partial = metrics.partial_spearman(ACCURACIES, SCORES, SIZES)
    assert partial == pytest.approx(expected)
    assert partial != pytest.approx(metrics.spearman(ACCURACIES, SCORES), abs=0.05)


def test_size_alone_says_nothing_at_equal_size() -> None:
    assert metrics.partial_spearman(ACCURACIES, 2 * SIZES, SIZES) == 0


def test_the_best_tenth() -> None:
    """Of a hundred networks the ten best are turned round."""
    accuracies = np.arange(100) / 100
    scores = np.concatenate([np.arange(90), np.arange(200, 190, -1)])
    assert metrics.top_tenth_spearman(accuracies, scores) == pytest.approx(-1)
    assert metrics.spearman(accuracies, scores) > 0.9


def test_regret_by_hand() -> None:
    """Of twelve networks the two with the lowest scores are not chosen."""
    accuracies, scores = np.linspace(0.6, 0.82, 12), np.arange(12.0)
    assert metrics.regret(accuracies, scores) == 0
    assert metrics.regret(accuracies, -scores) == pytest.approx(0.82 - 0.78)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("constant", ["scores", "accuracies", "size"])
def test_constants_say_nothing(constant: str) -> None:
    columns = {"accuracies": ACCURACIES, "scores": SCORES, "size": SIZES}
    columns[constant] = np.full(60, 0.5)
    accuracies, scores, size = columns.values()
    partial = metrics.partial_spearman(accuracies, scores, size)
    if constant == "size":
        assert partial == pytest.approx(metrics.spearman(accuracies, scores))
        return
    assert metrics.spearman(accuracies, scores) == 0
    assert metrics.kendall_tau(accuracies, scores) == 0
    assert partial == 0
    assert metrics.top_tenth_spearman(accuracies, scores) == 0
    assert np.isfinite(metrics.ndcg(accuracies, scores, 10))
    assert metrics.regret(accuracies, scores) >= 0


def test_the_examples() -> None:
    assert doctest.testmod(metrics).failed == 0
