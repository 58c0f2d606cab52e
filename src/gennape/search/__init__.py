"""Search for networks: random, local and evolutionary, by score, cost or true accuracy."""

from gennape.search.candidate import Candidate
from gennape.search.driver import Found, Settings, run
from gennape.search.errors import SearchError
from gennape.search.evaluations import (
    by_function,
    by_table,
    labelled_space,
    named_evaluation,
)
from gennape.search.finding import Outcome, find
from gennape.search.graph_space import GraphSpace
from gennape.search.guided import judged_by, run_guided
from gennape.search.networks import Catalogue
from gennape.search.objectives import Constraint, Objective
from gennape.search.pool import Pool
from gennape.search.report import require_plotting, write_results
from gennape.search.stages import ByEstimator, Evaluate
from gennape.search.table_space import TableSpace

__all__ = [
    "ByEstimator",
    "Candidate",
    "Catalogue",
    "Constraint",
    "Evaluate",
    "Found",
    "GraphSpace",
    "Objective",
    "Outcome",
    "Pool",
    "SearchError",
    "Settings",
    "TableSpace",
    "by_function",
    "by_table",
    "find",
    "judged_by",
    "labelled_space",
    "named_evaluation",
    "require_plotting",
    "run",
    "run_guided",
    "write_results",
]
