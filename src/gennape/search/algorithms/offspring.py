"""Children of networks."""

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np

from gennape.spaces import SearchSpace

_TRIES = 33
"""Mutations of one child until it is new."""


class Offspring:
    """Mutations that are new, as far as that can be told before they are built.

    A search that comes close to the best of a small family would else propose the same few
    networks for ever.

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

    def of(self, parent: Any) -> Any:
        """A mutation of an architecture, mutated again until it is new or the tries run out."""
        child = parent
        for _ in range(_TRIES):
            child = self._space.mutate(child, self._rng)
            signature = self._space.signature(child)
            if signature not in self._seen:
                self._seen.add(signature)
                break
        return child
