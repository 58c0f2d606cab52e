"""Networks to be labelled: random ones of a family, or those that a text names."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gennape import spaces
from gennape.frontends import FrontendError, graph_of
from gennape.graph import ComputationGraph
from gennape.labelling.dataset import Dataset, LabellingError
from gennape.spaces import ArchitectureError, SearchSpace
from gennape.spaces.base import sample_different

_COMMENT = "#"


def sample_networks(
    family: str, dataset: Dataset, count: int, seed: int = 0
) -> list[ComputationGraph]:
    """Sample different networks of a family, with the images and classes of a data set.

    Args:
        family: Its name.
        dataset: Images that the networks are to learn from.
        count: How many; more with the same seed begin with the same.
        seed: Of the choice.

    Raises:
        ArchitectureError: There is no such family.
        LabellingError: The family's networks take other images.
    """
    space = _space(family, dataset)
    chosen = sample_different(space, count, np.random.default_rng(seed))
    return [space.graph(architecture) for architecture in chosen]


def read_network_file(path: Path, dataset: Dataset) -> list[ComputationGraph]:
    """Read the networks that a text file names, one a line.

    A line is a `family:architecture`, whose network gets the images and classes of the data
    set, or anything else that `graph_of` reads. Empty lines and what follows a # are ignored.

    Raises:
        LabellingError: A line names no network, or there is none; says which line.
    """
    graphs = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise LabellingError(f"{path} is no UTF-8 text; save it as UTF-8") from error
    for number, line in enumerate(lines, 1):
        if text := line.partition(_COMMENT)[0].strip():
            try:
                graphs.append(_named(text, dataset))
            except (ArchitectureError, FrontendError) as error:
                raise LabellingError(f"{path}, line {number}: {error}") from error
    if not graphs:
        raise LabellingError(f"{path} names no networks")
    return graphs


def _named(text: str, dataset: Dataset) -> ComputationGraph:
    if found := spaces.split(text):
        space = _space(found[0], dataset)
        return space.graph(space.parse(found[1]))
    return replace(graph_of(text, dataset.image_shape), name=text)


def _space(family: str, dataset: Dataset) -> SearchSpace[Any]:
    channels, height, width = dataset.image_shape
    if channels != 3 or height != width:
        raise LabellingError(
            f"families take square colour images; those of {dataset.name} have the shape "
            f"{channels}x{height}x{width}"
        )
    space: SearchSpace[Any] = spaces.get(family, classes=dataset.classes, resolution=height)
    return space
