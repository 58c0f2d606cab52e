"""The estimator: how good a network will be, without training it."""

from typing import TYPE_CHECKING, Any

from gennape.estimator.checkpoint import CheckpointError, bundled, load
from gennape.estimator.config import CONFIGS, DEFAULT, EncoderView, EstimatorConfig
from gennape.estimator.errors import EstimatorError
from gennape.estimator.estimator import Estimator
from gennape.estimator.models.measured_networks import Neighbour
from gennape.estimator.prediction import Explanation, Prediction, Scope

if TYPE_CHECKING:
    from gennape.estimator.training.pretraining import pretrain

__all__ = [
    "CONFIGS",
    "DEFAULT",
    "CheckpointError",
    "EncoderView",
    "Estimator",
    "EstimatorConfig",
    "EstimatorError",
    "Explanation",
    "Neighbour",
    "Prediction",
    "Scope",
    "bundled",
    "load",
    "pretrain",
]


def __getattr__(name: str) -> Any:
    """Import `pretrain` when it is first used: loading an estimator needs no training code."""
    if name == "pretrain":
        from gennape.estimator.training.pretraining import pretrain

        return pretrain
    raise AttributeError(f"module 'gennape.estimator' has no attribute {name!r}")
