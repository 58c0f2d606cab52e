"""Search algorithms by name.

An algorithm is a generator: it yields proposals, a list of architectures, and is sent what
became of them, a candidate or None each. It knows nothing of budgets, measurements or files;
it is stopped from outside.
"""

from gennape.search.algorithms.algorithm import Algorithm, Plan, Proposals
from gennape.search.algorithms.evolution import ageing_evolution
from gennape.search.algorithms.local import local_search
from gennape.search.algorithms.nsga2 import nsga2
from gennape.search.algorithms.random import random_search

__all__ = ["ALGORITHMS", "SINGLE_OBJECTIVE", "Algorithm", "Plan", "Proposals"]

ALGORITHMS: dict[str, Algorithm] = {
    "random": random_search,
    "local": local_search,
    "evolution": ageing_evolution,
    "nsga2": nsga2,
}

SINGLE_OBJECTIVE = ("local", "evolution")
"""Algorithms that make one number better."""
