"""The estimator: how good a network will be, without training it."""

from gennape.estimator.checkpoint import CheckpointError, bundled, load
from gennape.estimator.config import CONFIGS, DEFAULT, EstimatorConfig, View
from gennape.estimator.estimator import Estimator
from gennape.estimator.prediction import Explanation, Prediction
from gennape.estimator.pretraining import pretrain

__all__ = [
    "CONFIGS",
    "DEFAULT",
    "CheckpointError",
    "Estimator",
    "EstimatorConfig",
    "Explanation",
    "Prediction",
    "View",
    "bundled",
    "load",
    "pretrain",
]
