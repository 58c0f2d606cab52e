import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from gennape.estimator.few_shot.gaussian_process import Posterior, fit_amplitudes, weighted

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


def test_the_exact_posterior_is_that_of_normal_distributions() -> None:
    """Conditioning by the blocks of one covariance matrix."""
    joint = weighted(TERMS[:2], EXPECTED[:2]) + 0.5 * np.eye(40)
    given, new = slice(0, 30), slice(30, 40)
    targets, across = RNG.normal(size=30), joint[new, given]
    inverse = np.linalg.inv(joint[given, given] + (0.3 + 1e-6) * np.eye(30))
    posterior = Posterior.exact(joint[given, given], targets, 0.3)
    mean, taken = posterior.of(across)
    np.testing.assert_allclose(mean, across @ inverse @ targets, atol=1e-9)
    np.testing.assert_allclose(taken, np.diag(across @ inverse @ across.T), atol=1e-9)
    np.testing.assert_allclose(posterior.mean(across), mean)


def test_the_projected_posterior_is_that_of_the_textbook() -> None:
    """Equations 20 and 21 of Quinonero-Candela and Rasmussen 2005, with plain inverses."""
    joint = weighted(TERMS[:2], EXPECTED[:2]) + 0.5 * np.eye(40)
    few, many, new = slice(0, 6), slice(0, 30), slice(30, 40)
    targets, noise = RNG.normal(size=30), 0.3
    among, along, across = joint[few, few], joint[few, many], joint[new, few]
    among = among + 1e-6 * np.diag(among).mean() * np.eye(6)
    chunks = [(along.T[part], targets[part]) for part in (slice(0, 11), slice(11, 30))]
    mean, taken = Posterior.projected(joint[few, few], iter(chunks), noise).of(across)
    sigma = np.linalg.inv(along @ along.T / noise + among)
    np.testing.assert_allclose(mean, across @ sigma @ along @ targets / noise, atol=1e-9)
    expected = np.diag(across @ (np.linalg.inv(among) - sigma) @ across.T)
    np.testing.assert_allclose(taken, expected, atol=1e-9)


def test_a_covariance_of_rank_one_is_conditioned_on() -> None:
    """Three observations of one number, without noise but the jitter."""
    mean, taken = Posterior.exact(np.ones((3, 3)), np.full(3, 0.5), 0.0).of(np.ones((1, 3)))
    assert mean[0] == pytest.approx(0.5, rel=1e-5)
    assert taken[0] == pytest.approx(1, rel=1e-5)
    same = Posterior.projected(np.ones((3, 3)), iter([(np.ones((9, 3)), np.full(9, 0.5))]), 0.1)
    mean, taken = same.of(np.ones((1, 3)))
    assert mean[0] == pytest.approx(0.5 / (1 + 0.1 / 9), rel=1e-5)
    assert taken[0] == pytest.approx(1 / (1 + 0.1 / 9), rel=1e-5)
