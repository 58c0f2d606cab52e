"""Evaluation of estimators on labelled families, and rankings of whole families."""

from typing import TYPE_CHECKING

from gennape.evaluation.ranking import Ranking, rank
from gennape.utils.lazy_imports import imported_when_used

if TYPE_CHECKING:
    from gennape.evaluation.table_evaluation import EvalResult, evaluate

__all__ = ["EvalResult", "Ranking", "evaluate", "rank"]

# Ranking a family needs no labelled tables, whose format is slow to import.
__getattr__ = imported_when_used(
    __name__,
    {
        "EvalResult": "gennape.evaluation.table_evaluation",
        "evaluate": "gennape.evaluation.table_evaluation",
    },
)
