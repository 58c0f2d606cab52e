import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from gennape.estimator.few_shot.gaussian_process import fit_amplitudes, precision, weighted

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(40, 3))
TERMS = np.stack([np.outer(ROWS[:, 0], ROWS[:, 0]), ROWS[:, 1:] @ ROWS[:, 1:].T, np.eye(40)])
EXPECTED = np.array([0.1, 0.2, 0.3])


def test_the_greatest_posterior_density() -> None:
    """Against a search without gradients on the density that scipy computes."""
    targets = 2 * ROWS[:, 0] + 0.5 * RNG.normal(size=40)

    def cost(logarithms: np.ndarray) -> float:
        covariance = weighted(TERMS, np.exp(logarithms)) + 1e-6 * np.eye(40)
        density = multivariate_normal(np.zeros(40), covariance).logpdf(targets)
        return float(-density + ((logarithms - np.log(EXPECTED)) ** 2).sum() / 2)

    rival = minimize(cost, np.log(EXPECTED), method="Nelder-Mead", options={"maxiter": 2000})
    found = fit_amplitudes(TERMS, targets, EXPECTED)
    np.testing.assert_allclose(np.log(found), rival.x, atol=1e-2)
    assert found[0] > 5 * EXPECTED[0]
    assert found[1] < EXPECTED[1]


def test_few_observations_change_little() -> None:
    found = fit_amplitudes(TERMS[:, :2, :2], np.array([-0.7, 0.7]), EXPECTED)
    assert np.abs(np.log(found / EXPECTED)).max() < 0.7


def test_precision_is_the_inverse() -> None:
    covariance = weighted(TERMS, EXPECTED)
    np.testing.assert_allclose(precision(covariance) @ covariance, np.eye(40), atol=1e-4)


def test_a_covariance_of_rank_one_is_inverted() -> None:
    assert precision(np.ones((3, 3))).sum() == pytest.approx(1 / (1 + 1e-6 / 3), rel=1e-3)
