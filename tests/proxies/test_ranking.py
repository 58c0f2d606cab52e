import numpy as np
import pytest

from gennape.proxies import rank_correlations, rank_vote


def test_a_vote_by_hand() -> None:
    """Ranks 1, 2, 3 and 2, 3, 1 of three networks; the worst rank is 1."""
    vote = rank_vote([np.array([0.1, 0.5, 7.0]), np.array([-3.0, 9.0, -np.inf])])
    expected = [np.log(1 / 3 * 2 / 3), np.log(2 / 3 * 3 / 3), np.log(3 / 3 * 1 / 3)]
    np.testing.assert_allclose(vote, expected)


def test_the_best_by_every_score_has_zero() -> None:
    scores = [np.array([3.0, 1.0]), np.array([8.0, 2.0])]
    np.testing.assert_allclose(rank_vote(scores), [0, 2 * np.log(1 / 2)])


def test_ties_share_their_mean_rank() -> None:
    np.testing.assert_allclose(rank_vote([np.array([1.0, 1.0, 2.0])]), np.log([0.5, 0.5, 1]))


def test_correlations_by_hand() -> None:
    """1 - 6 sum d^2 / (n (n^2 - 1)) without ties; a missing score is the lowest."""
    found = rank_correlations(
        {
            "a": np.array([1.0, 2, 3, 4]),
            "b": np.array([-np.inf, 30, 20, 40]),
            "same": np.ones(4),
        }
    )
    assert found["a"]["a"] == pytest.approx(1)
    assert found["a"]["b"] == found["b"]["a"] == pytest.approx(1 - 6 * 2 / (4 * 15))
    assert found["same"] == {"a": None, "b": None, "same": None}


def test_one_network_has_no_correlation() -> None:
    assert rank_correlations({"a": np.array([1.0])}) == {"a": {"a": None}}
