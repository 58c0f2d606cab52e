"""Ageing evolution."""

from collections import deque

import numpy as np

from gennape.search.algorithms.algorithm import Plan, Proposals, known
from gennape.search.algorithms.offspring import Offspring

_SHARE = 4
"""A tournament is between one of so many of the population."""


def ageing_evolution(plan: Plan, rng: np.random.Generator) -> Proposals:
    """Children of the best of random samples replace the oldest of the population.

    The best of a quarter of the population, drawn at random, is mutated until it is new; the child
    joins and the oldest leaves, however good it is.

    Source: Real et al., "Regularized Evolution for Image Classifier Architecture Search"
    (AAAI 2019).
    """
    first = yield from plan.beginning(plan.population, rng, plan.start)
    population = deque(first, maxlen=plan.population)
    size = max(2, plan.population // _SHARE)
    offspring = Offspring(plan.space, rng, [one.architecture for one in first])
    while True:
        ranked = plan.best_first(list(population))
        parents = [
            ranked[rng.choice(len(ranked), size, replace=False).min()] for _ in range(plan.batch)
        ]
        population += known((yield [offspring.of(parent.architecture) for parent in parents]))
