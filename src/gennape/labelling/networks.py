"""Which networks are labelled: random ones of a family, or those that a text names."""

from pathlib import Path

import numpy as np

from gennape import spaces
from gennape.graph import ComputationGraph
from gennape.labelling.dataset import Dataset
from gennape.labelling.errors import LabellingError
from gennape.spaces import ArchitectureError, SearchSpace
from gennape.spaces.sampling import sample_different

_COMMENT = "#"


def sample_networks(
    family: str, dataset: Dataset, count: int, seed: int = 0
) -> list[ComputationGraph]:
    """Different random networks of a family, with the images and classes of a data set.

    Args:
        family: Its name.
        dataset: What the networks are to learn.
        count: How many; more with the same seed begin with the same.
        seed: Of the choice.

    Raises:
        ArchitectureError: There is no such family.
        LabellingError: The family's networks take other images.
    """
    space = _space(family, dataset)
    chosen = sample_different(space, count, np.random.default_rng(seed))
    return [space.graph(architecture) for architecture in chosen]


def read_networks(path: Path, dataset: Dataset) -> list[ComputationGraph]:
    """The networks that a text names, one `family:architecture` a line.

    Empty lines and what follows a # are ignored.

    Raises:
        LabellingError: A line names no network, or there is none; says which line.
    """
    graphs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if text := line.partition(_COMMENT)[0].strip():
            family, _, architecture = text.partition(":")
            try:
                space = _space(family, dataset)
                graphs.append(space.graph(space.parse(architecture)))
            except ArchitectureError as error:
                raise LabellingError(f"{path}, line {number}: {error}") from error
    if not graphs:
        raise LabellingError(f"{path} names no networks")
    return graphs


def _space(family: str, dataset: Dataset) -> SearchSpace[ComputationGraph]:
    channels, height, width = dataset.image_shape
    if channels != 3 or height != width:
        raise LabellingError(
            f"families take square colour images; those of {dataset.name} have the shape "
            f"{channels}x{height}x{width}"
        )
    space: SearchSpace[ComputationGraph] = spaces.get(
        family, classes=dataset.classes, resolution=height
    )
    return space
