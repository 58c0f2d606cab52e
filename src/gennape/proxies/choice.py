"""Which networks of a family make a pool."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape import benchmarks, spaces
from gennape.spaces import SearchSpace
from gennape.spaces.sampling import sample_different


@dataclass(frozen=True)
class Choice:
    """Networks of one family.

    Attributes:
        space: The family, with its resolution.
        architectures: The networks.
        accuracies: What was measured for each, `(networks,)`, or None.
    """

    space: SearchSpace[Any]
    architectures: Sequence[Any]
    accuracies: npt.NDArray[np.float64] | None = None


def choose_networks(
    name: str,
    count: int,
    seed: int = 0,
    resolution: int | None = None,
    labelled: str | os.PathLike[str] | None = None,
) -> Choice:
    """Different random networks of a family.

    Args:
        name: The family; with `labelled` the name of a labelled table.
        count: How many; all there are if they are fewer.
        seed: Of the choice.
        resolution: Height and width of the images; the family's own unless given.
        labelled: The data folder, to take rows of a table: the first of
            `default_rng(seed).permutation(rows)`.

    Raises:
        ArchitectureError: There is no such family.
        BenchmarkError: There is no such table.
    """
    if labelled is None:
        space = spaces.get(name, resolution=resolution)
        return Choice(space, sample_different(space, count, np.random.default_rng(seed)))
    table = benchmarks.load(name, labelled)
    family = table.require_space()
    space = spaces.get(family.name, classes=family.classes, resolution=resolution)
    rows = np.random.default_rng(seed).permutation(len(table))[:count]
    return Choice(space, [table.architectures[row] for row in rows], table.accuracies[rows])
