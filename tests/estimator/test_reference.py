import numpy as np
import pytest

from gennape.estimator.reference import Reference

STEP = np.sqrt(3 / 2)
PREDICTIONS = np.array([[1.0, 2, 3], [10, 30, 20]])


def test_one_family_by_hand() -> None:
    """Members predict 1, 2, 3 and 10, 30, 20; each counts in its own deviations."""
    reference = Reference.of(PREDICTIONS, np.array([4.0, 5, 6]), np.zeros(3, dtype=np.int64))
    nearest = np.zeros(3, dtype=np.int64)
    for alike in (True, False):
        scores = reference.member_scores(PREDICTIONS, nearest, np.full(3, alike))
        np.testing.assert_allclose(scores, [[-STEP, 0, STEP], [-STEP, STEP, 0]])
    np.testing.assert_allclose(reference.general_scores(np.array([5.0, 6])), [0, STEP])
    np.testing.assert_allclose(reference.quantiles[[0, 500, 1000]], [-STEP, STEP / 2, STEP / 2])
    assert reference.percentiles(np.array([-9.0, -STEP, 9.0])).tolist() == [0, 0, 100]


def test_members_are_not_believed_far_beyond_the_family() -> None:
    reference = Reference.of(PREDICTIONS, np.array([4.0, 5, 6]), np.zeros(3, dtype=np.int64))
    far = reference.member_scores(
        np.array([[-9.0], [99.0]]), np.zeros(1, np.int64), np.ones(1, bool)
    )
    np.testing.assert_allclose(far, [[-STEP - 1], [STEP / 2 + 1]])


def test_two_families_by_hand() -> None:
    """The general voice says -1, 1 and 3, 5, of mean 2 and deviation sqrt 5; each family's
    members, who know nothing of the other, are put where it says."""
    predictions = np.array([[0.0, 1, 100, 300]])
    families = np.array([0, 0, 1, 1])
    reference = Reference.of(predictions, np.array([-1.0, 1, 3, 5]), families)
    deviation = np.sqrt(5)
    placed = np.array([-3, -1, 1, 3]) / deviation
    alike = np.ones(4, dtype=bool)
    np.testing.assert_allclose(reference.member_scores(predictions, families, alike), [placed])
    np.testing.assert_allclose(reference.quantiles[[0, -1]], placed[[0, -1]])
    pooled = (predictions - 100.25) / 50.25
    np.testing.assert_allclose(
        reference.member_scores(predictions, families, ~alike), np.clip(pooled, -2, 2)
    )


def test_a_large_family_counts_as_much_as_a_small_one() -> None:
    general = np.concatenate([np.zeros(98), [2.0, 2.0]])
    families = np.repeat([0, 1], [98, 2])
    reference = Reference.of(np.zeros((1, 100)), general, families)
    assert reference.general_mean == 1
    assert reference.percentiles(np.array([0.0])).tolist() == [pytest.approx(50, abs=0.2)]


def test_a_reference_is_plain_json() -> None:
    reference = Reference.of(PREDICTIONS, np.array([4.0, 5, 6]), np.zeros(3, dtype=np.int64))
    assert Reference.from_json(reference.to_json()).to_json() == reference.to_json()
