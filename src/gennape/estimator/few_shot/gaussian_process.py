"""Gaussian processes whose covariance is a weighted sum of known ones."""

import numpy as np

from gennape.utils.array_types import FloatArray

_DEVIATION, _FURTHEST = 1.0, 6.0
"""Of the logarithms of amplitudes from those that are expected."""
_JITTER = 1e-6
_ITERATIONS = 60


def fit_amplitudes(
    covariances: FloatArray, targets: FloatArray, expected: FloatArray
) -> FloatArray:
    """Find the weights of covariances with the greatest posterior density.

    The logarithms of the weights are normal around those that are expected, so that a few
    observations change little.

    Args:
        covariances: Of the observations, `(terms, observations, observations)`; one of them is
            that of the noise, the unit matrix.
        targets: The observations, with mean 0, `(observations,)`.
        expected: Weights, positive, `(terms,)`.

    Returns:
        Weights, positive, `(terms,)`.
    """
    from scipy.optimize import minimize  # slow to import, and scoring does not need it

    start = np.log(expected)

    def cost(logarithms: FloatArray) -> tuple[float, FloatArray]:
        weights = np.exp(logarithms)
        inverse, half_logarithm = _inverted(weighted(covariances, weights))
        explained = inverse @ targets
        off = (logarithms - start) / _DEVIATION
        by_targets = (covariances @ explained) @ explained
        by_volume = np.tensordot(covariances, inverse, 2)
        gradient = (by_volume - by_targets) * weights / 2 + off / _DEVIATION
        return float(targets @ explained / 2 + half_logarithm + off @ off / 2), gradient

    found = minimize(
        cost,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(one - _FURTHEST, one + _FURTHEST) for one in start],
        options={"maxiter": _ITERATIONS},
    )
    amplitudes: FloatArray = np.exp(found.x)
    return amplitudes


def weighted(covariances: FloatArray, weights: FloatArray) -> FloatArray:
    """Sum covariances by weight, `(terms, ...)` to `(...)`."""
    summed: FloatArray = np.tensordot(weights, covariances, 1)
    return summed


def precision(covariance: FloatArray) -> FloatArray:
    """Invert a covariance."""
    return _inverted(covariance)[0]


def _inverted(covariance: FloatArray) -> tuple[FloatArray, float]:
    """The inverse of a covariance, and half the logarithm of its determinant."""
    from scipy.linalg import cho_factor, cho_solve  # slow to import, and scoring does not need it

    unit = np.eye(len(covariance))
    factor = cho_factor(covariance + _JITTER * unit, lower=True)
    return cho_solve(factor, unit), float(np.log(np.diag(factor[0])).sum())
