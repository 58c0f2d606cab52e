"""Random search."""

import numpy as np

from gennape.search.algorithms.algorithm import Plan, Proposals


def random_search(plan: Plan, rng: np.random.Generator) -> Proposals:
    """Random architectures, one after another: what every other algorithm has to beat."""
    while True:
        yield [plan.space.sample(rng) for _ in range(plan.batch)]
