"""Gaussian processes whose covariance is a weighted sum of known ones."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gennape.utils.array_types import FloatArray
from gennape.utils.row_products import row_products

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
    from scipy.linalg import cho_factor, cho_solve  # slow to import, and scoring does not need it
    from scipy.optimize import minimize

    start = np.log(expected)
    unit = np.eye(len(targets))

    def cost(logarithms: FloatArray) -> tuple[float, FloatArray]:
        weights = np.exp(logarithms)
        factor = cho_factor(weighted(covariances, weights) + _JITTER * unit, lower=True)
        inverse = cho_solve(factor, unit)
        explained = inverse @ targets
        off = (logarithms - start) / _DEVIATION
        by_targets = (covariances @ explained) @ explained
        by_volume = np.tensordot(covariances, inverse, 2)
        gradient = (by_volume - by_targets) * weights / 2 + off / _DEVIATION
        half_logarithm = float(np.log(np.diag(factor[0])).sum())
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


@dataclass(frozen=True)
class Posterior:
    """What observations tell of a Gaussian process, seen from its support.

    Attributes:
        weights: Of the covariances with the support in the mean, `(support,)`.
        root: A root of what the observations take from the variance: of one with covariances
            `c` they take the squared length of `c @ root`; `(support, support)`.
    """

    weights: FloatArray
    root: FloatArray

    @classmethod
    def exact(cls, covariance: FloatArray, targets: FloatArray, noise: float) -> "Posterior":
        """Condition on observations, all of which are the support.

        Args:
            covariance: Of the observations without noise, `(support, support)`.
            targets: The observations, with mean 0, `(support,)`.
            noise: Its variance.
        """
        root = _inverse_root(covariance, noise + _JITTER)
        return cls(root @ (root.T @ targets), root)

    @classmethod
    def projected(
        cls,
        covariance: FloatArray,
        observed: Iterable[tuple[FloatArray, FloatArray]],
        noise: float,
    ) -> "Posterior":
        """Condition on many observations through a support of a few.

        The deterministic training conditional: observations are taken for functions of the
        support and noise. Time grows with their number, memory does not
        (Quiñonero-Candela and Rasmussen 2005, "A unifying view of sparse approximate Gaussian
        process regression", section 5).

        Args:
            covariance: Of the support, `(support, support)`.
            observed: Chunks of observations: covariances with the support, `(chunk, support)`,
                and the observations, with mean 0, `(chunk,)`.
            noise: Its variance.
        """
        from scipy.linalg import eigh  # slow to import, and scoring does not need it

        products, agreement = np.zeros_like(covariance), np.zeros(len(covariance))
        for with_support, targets in observed:
            products += with_support.T @ with_support
            agreement += with_support.T @ targets
        whitening = _inverse_root(covariance, _JITTER * float(np.diag(covariance).mean()))
        gains, directions = eigh(whitening.T @ products @ whitening / noise)
        gains = np.maximum(gains, 0)
        basis = whitening @ directions
        weights = basis @ ((basis.T @ agreement) / (1 + gains)) / noise
        return cls(weights, basis * np.sqrt(gains / (1 + gains)))

    def of(self, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute means, and what is taken from variances, `(networks,)` each.

        Args:
            covariance: With the support, `(networks, support)`.
        """
        taken = row_products(covariance, self.root)
        return self.mean(covariance), np.einsum("nd,nd->n", taken, taken)

    def mean(self, covariance: FloatArray) -> FloatArray:
        """Compute means alone, `(networks, support)` to `(networks,)`."""
        means: FloatArray = np.einsum("ns,s->n", covariance, self.weights)
        return means


def _inverse_root(covariance: FloatArray, noise: float) -> FloatArray:
    """A root `r` of the inverse of a covariance with noise, by Cholesky: `r @ r.T` is that."""
    from scipy.linalg import cholesky, solve_triangular  # see above

    unit = np.eye(len(covariance))
    factor = cholesky(covariance + noise * unit, lower=True)
    root: FloatArray = solve_triangular(factor, unit, lower=True).T
    return root
