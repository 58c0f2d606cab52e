"""Search for networks: random, local and evolutionary, by score, cost or true accuracy."""

from gennape.search.accuracy_sources import (
    function_evaluation,
    labelled_space,
    named_evaluation,
    table_evaluation,
)
from gennape.search.candidate import Candidate, SearchError
from gennape.search.driver import search
from gennape.search.graph_space import GraphSpace
from gennape.search.network_cache import NetworkCache
from gennape.search.objectives import Constraint, Objective
from gennape.search.report import left_out, write_search_report
from gennape.search.result import SearchResult
from gennape.search.settings import SearchSettings
from gennape.search.stages import EstimatorScorer, Evaluate
from gennape.search.suggestions import Suggestion, Suggestions, suggest
from gennape.search.table_space import TableSpace
from gennape.utils.worker_pool import WorkerPool

__all__ = [
    "Candidate",
    "Constraint",
    "EstimatorScorer",
    "Evaluate",
    "GraphSpace",
    "NetworkCache",
    "Objective",
    "SearchError",
    "SearchResult",
    "SearchSettings",
    "Suggestion",
    "Suggestions",
    "TableSpace",
    "WorkerPool",
    "function_evaluation",
    "labelled_space",
    "left_out",
    "named_evaluation",
    "search",
    "suggest",
    "table_evaluation",
    "write_search_report",
]
