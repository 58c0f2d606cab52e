import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF

from gennape.estimator.adapter import Adapter, Standardiser, _process, _ridge, _squared_distances

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(30, 2))
DESCRIPTORS = RNG.normal(size=(30, 5))


def test_standardised_values_are_limited() -> None:
    standardise = Standardiser.of(np.array([[0.0, 7.0], [2.0, 7.0]]))
    rows = standardise(np.array([[0.0, 7.0], [2.0, 8.0], [1000.0, -1000.0]]))
    assert rows.tolist() == [[-1, 0], [1, 1], [4, -4]]


def test_distances_are_those_of_pairs() -> None:
    by_hand = ((DESCRIPTORS[:, None] - DESCRIPTORS[None, :7]) ** 2).sum(axis=2)
    np.testing.assert_allclose(_squared_distances(DESCRIPTORS, DESCRIPTORS[:7]), by_hand, atol=1e-9)


def test_leave_one_out_error_of_the_ridge_by_leaving_out() -> None:
    targets = INPUTS @ [1.0, -0.5] + RNG.normal(size=30)
    error, _ = _ridge(INPUTS, targets, 3.0)
    left_out = []
    for i in range(30):
        rest = np.arange(30) != i
        x = INPUTS[rest]
        coefficients = np.linalg.solve(x.T @ x + 3 * np.eye(2), x.T @ targets[rest])
        left_out.append(targets[i] - INPUTS[i] @ coefficients)
    assert error == pytest.approx(np.mean(np.square(left_out)))


def test_leave_one_out_error_of_the_process_by_leaving_out() -> None:
    targets = np.sin(DESCRIPTORS[:, 0])
    squared = _squared_distances(DESCRIPTORS, DESCRIPTORS)
    error, _ = _process(squared, targets, 4.0, 0.1)
    kernel = np.exp(-squared / 4)
    left_out = []
    for i in range(30):
        rest = np.arange(30) != i
        weights = np.linalg.solve(kernel[np.ix_(rest, rest)] + 0.1 * np.eye(29), targets[rest])
        left_out.append(targets[i] - kernel[i, rest] @ weights)
    assert error == pytest.approx(np.mean(np.square(left_out)))


def test_mean_and_deviation_are_those_of_scikit_learn() -> None:
    """With the length scale and noise that the adapter chose."""
    targets = np.sin(DESCRIPTORS[:, 0]) + 0.1 * RNG.normal(size=30)
    adapter = Adapter.fit(INPUTS, DESCRIPTORS, targets)
    residuals = targets - adapter.trend_scale(INPUTS) @ adapter.trend
    kernel = np.exp(-_squared_distances(adapter.support, adapter.support) / adapter.length)
    noise = float((np.linalg.inv(adapter.precision) - kernel)[0, 0])
    rival = GaussianProcessRegressor(
        RBF(np.sqrt(adapter.length / 2), "fixed"), alpha=noise, optimizer=None
    ).fit(adapter.support, residuals)
    new_inputs, new = RNG.normal(size=(8, 2)), RNG.normal(size=(8, 5))
    mean, deviation = adapter.predict(new_inputs, new)
    rival_mean, rival_deviation = rival.predict(adapter.scale(new), return_std=True)
    trend = adapter.trend_scale(new_inputs) @ adapter.trend
    np.testing.assert_allclose(mean, trend + rival_mean, atol=1e-6)
    np.testing.assert_allclose(deviation, rival_deviation * np.sqrt(adapter.amplitude), atol=1e-6)


def test_identical_networks_do_no_harm() -> None:
    adapter = Adapter.fit(np.ones((4, 2)), np.ones((4, 3)), np.array([-1.0, 0, 0, 1]))
    mean, deviation = adapter.predict(np.ones((2, 2)), np.ones((2, 3)))
    assert np.isfinite(mean).all()
    assert np.isfinite(deviation).all()


def test_stored_and_read_back() -> None:
    adapter = Adapter.fit(INPUTS, DESCRIPTORS, DESCRIPTORS[:, 1])
    again = Adapter.from_arrays(adapter.arrays())
    for first, second in zip(
        adapter.predict(INPUTS, DESCRIPTORS), again.predict(INPUTS, DESCRIPTORS), strict=True
    ):
        np.testing.assert_array_equal(first, second)
