"""NSGA-II."""

import numpy as np

from gennape.search.algorithms.algorithm import Plan, Proposals, known
from gennape.search.algorithms.offspring import Offspring


def nsga2(plan: Plan, rng: np.random.Generator) -> Proposals:
    """Each generation keeps the best fronts of parents and children together.

    Parents are the better ones of random pairs; children are mutations, made until they
    are new, as families offer no crossover.

    Source: Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II"
    (IEEE Transactions on Evolutionary Computation, 2002).
    """
    population = plan.best_first((yield from plan.beginning(plan.population, rng, plan.start)))
    offspring = Offspring(plan.space, rng, [one.architecture for one in population])
    while True:
        pairs = rng.integers(len(population), size=(plan.population, 2))
        parents = [population[place] for place in pairs.min(axis=1)]  # sorted: earlier is better
        children = known((yield [offspring.of(one.architecture) for one in parents]))
        distinct = {candidate.key: candidate for candidate in [*population, *children]}
        population = plan.best_first(list(distinct.values()))[: plan.population]
