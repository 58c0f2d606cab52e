"""Random architectures of a family, each once."""

import numpy as np

from gennape.spaces.base import Architecture, SearchSpace


def sample_different(
    space: SearchSpace[Architecture], count: int, rng: np.random.Generator
) -> list[Architecture]:
    """The first different architectures that are drawn.

    Args:
        space: The family.
        count: How many; all there are if they are fewer.
        rng: Where randomness comes from.
    """
    found: dict[Architecture, None] = {}
    while len(found) < min(count, space.size or count):
        found[space.sample(rng)] = None
    return list(found)
