"""Search algorithms by name.

An algorithm is a generator: it yields proposals, a list of architectures, and is sent what
became of them, a candidate or None each. Budgets, measurements and files are not its concern;
it is stopped from outside.
"""

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gennape.search.candidate import Candidate
from gennape.search.objectives import Objective, sort_candidates
from gennape.spaces import SearchSpace

Proposals = Generator[list[Any], list[Candidate | None], None]

_TOURNAMENT_SHARE = 4
"""A tournament is between a quarter of the population."""
_CLIMB_START = 10
"""A climb begins at the best of so many random candidates."""
_MUTATIONS = 33
"""Mutations of one child until it is new, at most."""


@dataclass(frozen=True)
class SearchPlan:
    """Problem that an algorithm is given.

    Attributes:
        space: The family.
        objectives: Metrics to improve.
        population: How many candidates an algorithm keeps to breed from.
        batch: How many proposals it makes at once, where it chooses: a generation of NSGA-II
            is one of the whole population.
        start: Architectures to begin with, before random ones.
    """

    space: SearchSpace[Any]
    objectives: Sequence[Objective]
    population: int
    batch: int
    start: Sequence[Any] = ()

    def best_first(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Sort candidates, the best first."""
        return sort_candidates(candidates, self.objectives)

    def propose_start(
        self, count: int, rng: np.random.Generator, start: Sequence[Any] = ()
    ) -> Generator[list[Any], list[Candidate | None], list[Candidate]]:
        """Propose some architectures, then random ones, until so many candidates are found."""
        waiting = list(start)
        found: list[Candidate] = []
        while len(found) < count:
            size = min(self.batch, count - len(found))
            proposals, waiting = waiting[:size], waiting[size:]
            proposals += [self.space.sample(rng) for _ in range(size - len(proposals))]
            found += accepted((yield proposals))
        return found


def accepted(answers: Sequence[Candidate | None]) -> list[Candidate]:
    """Return the proposals that became candidates."""
    return [answer for answer in answers if answer is not None]


class Offspring:
    """Mutations that are new, as far as that can be told before they are built.

    Without it, a search that comes close to the best of a small family would propose the same
    few networks for ever.

    Args:
        space: The family.
        rng: Chooses mutations.
        known: Architectures that are not new.
    """

    def __init__(
        self, space: SearchSpace[Any], rng: np.random.Generator, known: Iterable[Any]
    ) -> None:
        self._space, self._rng = space, rng
        self._seen: set[Hashable] = set(map(space.signature, known))

    def mutate(self, parent: Any) -> Any:
        """Mutate an architecture until it is new or the tries run out."""
        child = parent
        for _ in range(_MUTATIONS):
            child = self._space.mutate(child, self._rng)
            signature = self._space.signature(child)
            if signature not in self._seen:
                self._seen.add(signature)
                break
        return child


def random_search(plan: SearchPlan, rng: np.random.Generator) -> Proposals:
    """Propose random architectures: the baseline of every other algorithm."""
    while True:
        yield [plan.space.sample(rng) for _ in range(plan.batch)]


def local_search(plan: SearchPlan, rng: np.random.Generator) -> Proposals:
    """Climb from neighbour to neighbour; begin anew where no neighbour is better.

    Neighbours come in random order; the climb goes on from the first batch that holds a
    better one.

    Source: White et al., "Exploring the Loss Landscape in Neural Architecture Search"
    (UAI 2021).
    """
    start = plan.start
    while True:
        candidates = yield from plan.propose_start(_CLIMB_START, rng, start)
        start = ()
        current = None
        best = plan.best_first(candidates)[0]
        while best is not current:
            current = best
            neighbours: list[Any] = plan.space.neighbours(current.architecture)
            order = rng.permutation(len(neighbours))
            for place in range(0, len(order), plan.batch):
                proposals = [neighbours[i] for i in order[place : place + plan.batch]]
                best = plan.best_first([current, *accepted((yield proposals))])[0]
                if best is not current:
                    break


def ageing_evolution(plan: SearchPlan, rng: np.random.Generator) -> Proposals:
    """Replace the oldest of the population by children of tournament winners.

    The best of a quarter of the population, drawn at random, is mutated until it is new; the
    child joins and the oldest leaves, however good it is.

    Source: Real et al., "Regularized Evolution for Image Classifier Architecture Search"
    (AAAI 2019).
    """
    first = yield from plan.propose_start(plan.population, rng, plan.start)
    population = deque(first, maxlen=plan.population)
    size = max(2, plan.population // _TOURNAMENT_SHARE)
    offspring = Offspring(plan.space, rng, [one.architecture for one in first])
    while True:
        ranked = plan.best_first(list(population))
        parents = [
            ranked[rng.choice(len(ranked), size, replace=False).min()] for _ in range(plan.batch)
        ]
        children = [offspring.mutate(parent.architecture) for parent in parents]
        population += accepted((yield children))


def nsga2(plan: SearchPlan, rng: np.random.Generator) -> Proposals:
    """Keep the best fronts of parents and children together in each generation.

    Parents are the better ones of random pairs; children are mutations, made until they
    are new, as families offer no crossover.

    Source: Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II"
    (IEEE Transactions on Evolutionary Computation, 2002).
    """
    population = plan.best_first((yield from plan.propose_start(plan.population, rng, plan.start)))
    offspring = Offspring(plan.space, rng, [one.architecture for one in population])
    while True:
        pairs = rng.integers(len(population), size=(plan.population, 2))
        parents = [population[place] for place in pairs.min(axis=1)]  # sorted: earlier is better
        children = accepted((yield [offspring.mutate(one.architecture) for one in parents]))
        distinct = {candidate.key: candidate for candidate in [*population, *children]}
        population = plan.best_first(list(distinct.values()))[: plan.population]


Algorithm = Callable[[SearchPlan, np.random.Generator], Proposals]

ALGORITHMS: dict[str, Algorithm] = {
    "random": random_search,
    "local": local_search,
    "evolution": ageing_evolution,
    "nsga2": nsga2,
}

SINGLE_OBJECTIVE = ("local", "evolution")
"""Algorithms that improve one metric."""
