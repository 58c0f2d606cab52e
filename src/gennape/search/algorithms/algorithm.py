"""What every search algorithm is."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gennape.search.candidate import Candidate
from gennape.search.objectives import Objective, costs_of
from gennape.search.pareto import best_first
from gennape.spaces import SearchSpace

Proposals = Generator[list[Any], list[Candidate | None], None]


@dataclass(frozen=True)
class Plan:
    """What an algorithm works on.

    Attributes:
        space: The family.
        objectives: What is to become better.
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
        """The candidates, sorted."""
        order = best_first(costs_of(candidates, self.objectives))
        return [candidates[position] for position in order]

    def beginning(
        self, count: int, rng: np.random.Generator, start: Sequence[Any] = ()
    ) -> Generator[list[Any], list[Candidate | None], list[Candidate]]:
        """Propose some architectures, then random ones, until so many candidates are found."""
        waiting = list(start)
        found: list[Candidate] = []
        while len(found) < count:
            size = min(self.batch, count - len(found))
            proposals, waiting = waiting[:size], waiting[size:]
            proposals += [self.space.sample(rng) for _ in range(size - len(proposals))]
            found += known((yield proposals))
        return found


def known(answers: Sequence[Candidate | None]) -> list[Candidate]:
    """The proposals that became candidates."""
    return [answer for answer in answers if answer is not None]


Algorithm = Callable[[Plan, np.random.Generator], Proposals]
