import numpy as np
import pytest

from gennape.estimator.calibration.intervals import (
    COVERAGE,
    STRATA,
    IntervalCalibrator,
    conformal_quantile,
)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(100, 91), (10, 10), (9, 9), (5, 5), (99, 90), (19, 18)],
)
def test_quantiles_by_hand(count: int, expected: float) -> None:
    """The ceil(0.9 (n + 1))-th of n scores; the last where there are too few."""
    scores = np.random.default_rng(0).permutation(np.arange(1.0, count + 1))
    assert conformal_quantile(scores, np.ones(count), 0.9) == expected


def test_weights_count_like_repetitions() -> None:
    scores, weights = np.array([3.0, 1.0, 2.0]), np.array([5.0, 30.0, 65.0])
    repeated = np.repeat(scores, weights.astype(int))
    assert conformal_quantile(scores, weights, 0.9) == conformal_quantile(
        repeated, np.ones(100), 0.9
    )


def test_no_scores() -> None:
    assert conformal_quantile(np.zeros(0), np.zeros(0), 0.9) == 0


def _simulated(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Errors that grow with the distance; those of the second stratum are half as large."""
    distances = rng.uniform(0, 0.6, count)
    strata = rng.integers(0, 2, count)
    errors = np.abs(rng.standard_t(4, count)) * (1 + 3 * distances) / (1 + strata)
    return errors, distances, strata


def test_nine_in_ten_are_covered_in_each_stratum() -> None:
    """A little more, for errors that come from where the calibrating ones did."""
    rng = np.random.default_rng(0)
    covered = np.zeros((20, 2))
    for trial in range(20):
        errors, distances, strata = _simulated(rng, 400)
        calibrator = IntervalCalibrator.fit(errors, distances, strata, np.ones(400))
        errors, distances, strata = _simulated(rng, 2_000)
        holds = errors <= calibrator.half_widths(distances, strata)
        covered[trial] = [holds[strata == one].mean() for one in (0, 1)]
    means = covered.mean(axis=0)
    assert ((means > COVERAGE) & (means < COVERAGE + 0.04)).all()


def test_widths_grow_with_the_distance_and_strata_have_their_factor() -> None:
    errors, distances, strata = _simulated(np.random.default_rng(1), 2_000)
    calibrator = IntervalCalibrator.fit(errors, distances, strata, np.ones(2_000))
    along = np.linspace(0, 2, 50)
    widths = calibrator.half_widths(along, np.zeros(50, dtype=np.int64))
    assert (np.diff(widths) >= 0).all()
    assert widths[-1] > 2 * widths[0]
    assert calibrator.factors[1] < 0.7 * calibrator.factors[0]


def test_a_stratum_of_few_errors_has_the_factor_of_all() -> None:
    errors, distances, _ = _simulated(np.random.default_rng(1), 200)
    strata = np.zeros(200, dtype=np.int64)
    few = strata.copy()
    few[:10] = 1
    calibrators = [
        IntervalCalibrator.fit(errors, distances, part, np.ones(200)) for part in (strata, few)
    ]
    assert len(calibrators[0].factors) == len(STRATA)
    assert calibrators[1].factors[1] == calibrators[0].factors[0]


def test_where_no_error_is_known_the_width_is_that_of_the_next_distance() -> None:
    errors, distances = np.array([1.0, 3.0]), np.array([0.13, 0.31])
    calibrator = IntervalCalibrator.fit(errors, distances, np.zeros(2, dtype=np.int64), np.ones(2))
    np.testing.assert_array_equal(calibrator.widths, [1, 1, 1, 3, 3, 3, 3])
