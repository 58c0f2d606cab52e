"""The estimator: how good a network will be, without training it."""

from typing import TYPE_CHECKING

from gennape.estimator.checkpoint import CheckpointError, list_estimators, load
from gennape.estimator.config import CONFIGS, DEFAULT, EncoderView, EstimatorConfig
from gennape.estimator.errors import EstimatorError
from gennape.estimator.estimator import Estimator
from gennape.estimator.models.measured_networks import Neighbour
from gennape.estimator.network_score import NetworkScore, ScoreParts
from gennape.estimator.prediction import Explanation, Prediction, Scope
from gennape.estimator.prediction_table import ColumnError, ExplanationTable, PredictionTable
from gennape.utils.lazy_imports import imported_when_used

if TYPE_CHECKING:
    from gennape.estimator.training.pretraining import pretrain

__all__ = [
    "CONFIGS",
    "DEFAULT",
    "CheckpointError",
    "ColumnError",
    "EncoderView",
    "Estimator",
    "EstimatorConfig",
    "EstimatorError",
    "Explanation",
    "ExplanationTable",
    "Neighbour",
    "NetworkScore",
    "Prediction",
    "PredictionTable",
    "Scope",
    "ScoreParts",
    "list_estimators",
    "load",
    "pretrain",
]

# Loading an estimator needs no training code, and no PyTorch.
__getattr__ = imported_when_used(__name__, {"pretrain": "gennape.estimator.training.pretraining"})
