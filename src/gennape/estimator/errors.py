"""Errors of estimators."""

from gennape.utils.errors import GennapeError


class EstimatorError(GennapeError, ValueError):
    """What an estimator cannot predict or learn as asked; the message says why."""
