"""Evaluation of estimators on labelled families, and rankings of whole families."""

from gennape.evaluation.evaluate import EvalResult, evaluate
from gennape.evaluation.ranking import Ranking, rank

__all__ = ["EvalResult", "Ranking", "evaluate", "rank"]
