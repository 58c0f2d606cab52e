"""Local search."""

from typing import Any

import numpy as np

from gennape.search.algorithms.algorithm import Plan, Proposals, known

_BEGINNING = 10
"""A climb begins at the best of so many random candidates."""


def local_search(plan: Plan, rng: np.random.Generator) -> Proposals:
    """Climb from neighbour to neighbour; begin anew where no neighbour is better.

    Neighbours come in random order; the climb goes on from the first batch that holds a
    better one.

    Source: White et al., "Exploring the Loss Landscape in Neural Architecture Search"
    (UAI 2021).
    """
    start = plan.start
    while True:
        candidates = yield from plan.beginning(_BEGINNING, rng, start)
        start = ()
        current = None
        best = plan.best_first(candidates)[0]
        while best is not current:
            current = best
            neighbours: list[Any] = plan.space.neighbours(current.architecture)
            order = rng.permutation(len(neighbours))
            for place in range(0, len(order), plan.batch):
                proposals = [neighbours[i] for i in order[place : place + plan.batch]]
                best = plan.best_first([current, *known((yield proposals))])[0]
                if best is not current:
                    break
