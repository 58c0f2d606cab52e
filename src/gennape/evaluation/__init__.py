"""How good an estimator is, and what it thinks of whole families."""

from gennape.evaluation.evaluate import Result, evaluate
from gennape.evaluation.ranking import Ranking, rank

__all__ = ["Ranking", "Result", "evaluate", "rank"]
