from typing import Any

import numpy as np
import pytest

from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.stored_values import StoredValues

STEP = np.sqrt(3 / 2)
PREDICTIONS = np.array([[1.0, 2, 3], [10, 30, 20]])
ONE = np.zeros(3, dtype=np.int64)


def _fitted(
    predictions: np.ndarray, ranked: np.ndarray, families: np.ndarray, labels: np.ndarray
) -> ScoreCalibrator:
    return ScoreCalibrator.fit(
        predictions=predictions, parts=ranked[None], families=families, labels=labels
    )


def _of_one_family() -> ScoreCalibrator:
    return _fitted(PREDICTIONS, np.array([4.0, 5, 6]), ONE, np.array([1.0, 3, 2]))


def test_networks_out_of_domain_count_in_each_predictors_deviations() -> None:
    """Predictors predict 1, 2, 3 and 10, 30, 20."""
    scores = _of_one_family().predictor_scores(PREDICTIONS, ONE, np.zeros(3, dtype=bool))
    np.testing.assert_allclose(scores, [[-STEP, 0, STEP], [-STEP, STEP, 0]], atol=1e-6)


def test_the_ranker_by_hand() -> None:
    np.testing.assert_allclose(_of_one_family().ranker_scores(np.array([5.0, 6])), [0, STEP])


def test_predictors_are_not_believed_far_beyond_the_family() -> None:
    """Their mean scores are -1.22, 0.61 and 0.61; the ranker goes from -1.22 to 1.22."""
    calibrator = _of_one_family()
    for in_domain, slope in ((False, 1.0), (True, 4 / 3)):
        far = calibrator.predictor_scores(
            np.array([[-9.0], [99.0]]), ONE[:1], np.full(1, in_domain)
        )
        low, high = calibrator.placed[-1 if not in_domain else 0][[0, -1]]
        expected = [[low - slope], [high + slope]]
        np.testing.assert_allclose(far, expected, rtol=0.02)


def test_a_family_is_put_where_the_ranker_has_it() -> None:
    """A predictor that predicts 0 to 100 of one family, 1000 to 1300 of another, ranks within
    them; the ranker has the second family higher and closer together."""
    predictions = np.concatenate([np.arange(101.0), 1000 + 3 * np.arange(101.0)])[None]
    ranked = np.concatenate([np.linspace(0, 1, 101), np.linspace(2, 2.5, 101)])
    families = np.repeat([0, 1], 101)
    calibrator = _fitted(predictions, ranked, families, ranked)
    scores = calibrator.predictor_scores(predictions, families, np.ones(202, dtype=bool))[0]
    np.testing.assert_allclose(scores, calibrator.ranker_scores(ranked), atol=0.02)


def test_a_skewed_family_keeps_its_shape_and_its_order() -> None:
    """Squares of 0 to 1: the middle network is nearer to the worst than to the best."""
    predictions = np.linspace(0, 1, 101)[None]
    families = np.zeros(101, dtype=np.int64)
    ranked = np.linspace(0, 1, 101) ** 2
    calibrator = _fitted(predictions, ranked, families, ranked)
    scores = calibrator.predictor_scores(predictions, families, np.ones(101, dtype=bool))[0]
    assert (np.diff(scores) > 0).all()
    assert scores[50] - scores[0] < 0.4 * (scores[100] - scores[50])


def test_equal_sizes_are_no_equal_scores() -> None:
    predictions = np.linspace(0, 1, 101)[None]
    families = np.zeros(101, dtype=np.int64)
    ranked = np.repeat([0.0, 1.0], [50, 51])
    calibrator = _fitted(predictions, ranked, families, ranked)
    scores = calibrator.predictor_scores(predictions, families, np.ones(101, dtype=bool))[0]
    assert (np.diff(scores) > 1e-4).all()


def test_a_large_family_counts_as_much_as_a_small_one() -> None:
    ranked = np.concatenate([np.zeros(98), [2.0, 2.0]])
    families = np.repeat([0, 1], [98, 2])
    calibrator = _fitted(np.zeros((1, 100)), ranked, families, ranked)
    assert calibrator.part_means.tolist() == [1]
    assert calibrator.percentiles(np.array([0.0])).tolist() == [pytest.approx(50, abs=0.2)]


def test_where_predictors_agree_on_all_nothing_is_known_beyond() -> None:
    ranked = np.linspace(0, 1, 101)
    families = np.zeros(101, dtype=np.int64)
    calibrator = _fitted(np.ones((1, 101)), ranked, families, ranked)
    scores = calibrator.predictor_scores(np.array([[1.001]]), families[:1], np.ones(1, dtype=bool))
    np.testing.assert_allclose(scores, calibrator.placed[0, -1])


def test_percentiles_end_at_0_and_100() -> None:
    calibrator = _of_one_family()
    low, high = calibrator.quantiles[[0, -1]]
    assert calibrator.percentiles(np.array([-9.0, low, high + 1])).tolist() == [0, 0, 100]


def test_a_reference_is_plain_json() -> None:
    calibrator = _of_one_family()
    stored, parts = StoredValues(calibrator.to_json()), len(calibrator.part_means)
    again = ScoreCalibrator.read(stored, families=1, predictors=2, parts=parts)
    assert again.to_json() == calibrator.to_json()


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("deviations", lambda values: -values, "deviations holds something, not numbers from"),
        ("quantiles", lambda values: values[::-1], "the numbers of quantiles fall"),
        ("inside", lambda values: values * np.nan, "inside holds something, not numbers from"),
        ("means", lambda values: values[1:], r"means has the shape \(1, 2\), not \(2, 2\)"),
        ("errors", lambda values: values - 9, "errors holds something, not numbers from 0"),
    ],
)
def test_numbers_that_no_calibrator_has(name: str, change: Any, problem: str) -> None:
    calibrator = _of_one_family()
    changed = calibrator.to_json() | {name: change(getattr(calibrator, name)).tolist()}
    with pytest.raises(ValueError, match=problem):
        ScoreCalibrator.read(StoredValues(changed), 1, 2, len(calibrator.part_means))


def test_errors_by_hand() -> None:
    """The ranker says -1.22, 0 and 1.22 where -1.22, 1.22 and 0 are true."""
    calibrator = _of_one_family()
    alone = calibrator.error_variances(ONE[:1], np.zeros(1))
    np.testing.assert_allclose(alone, [STEP**2])


def test_those_who_are_right_make_no_errors() -> None:
    """Predictors of the first family say what is true, those of the second the contrary; the
    ranker is right in both."""
    predictions = np.concatenate([np.arange(101.0), -np.arange(101.0)])[None]
    families = np.repeat([0, 1], 101)
    ranked = np.tile(np.linspace(0, 1, 101), 2)
    calibrator = _fitted(predictions, ranked, families, ranked)
    of_predictors = calibrator.error_variances(np.array([0, 1]), np.ones(2))
    np.testing.assert_allclose(of_predictors[0], 0, atol=1e-6)
    # errors are twice the scores, which are uniform with deviation 1, so up to 2 * sqrt(3)
    np.testing.assert_allclose(of_predictors[1], (0.6827 * 2 * np.sqrt(3)) ** 2, rtol=0.05)
    np.testing.assert_allclose(calibrator.error_variances(np.array([1]), np.zeros(1)), 0, atol=1e-9)
