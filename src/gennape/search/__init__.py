"""Search for networks: random, local and evolutionary, by score, cost or true accuracy."""

from gennape.search.candidate import Candidate
from gennape.search.driver import Found, Settings, run
from gennape.search.errors import SearchError
from gennape.search.guided import run_guided
from gennape.search.networks import Catalogue
from gennape.search.objectives import Constraint, Objective
from gennape.search.stages import ByEstimator

__all__ = [
    "ByEstimator",
    "Candidate",
    "Catalogue",
    "Constraint",
    "Found",
    "Objective",
    "SearchError",
    "Settings",
    "run",
    "run_guided",
]
