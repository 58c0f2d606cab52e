"""Networks to be labelled: random ones of a family, or those that a text names."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gennape import spaces
from gennape.frontends import graph_of
from gennape.frontends.names_in_files import check_name
from gennape.graph import ComputationGraph
from gennape.labelling.dataset import Dataset, LabellingError
from gennape.spaces import SearchSpace
from gennape.spaces.base import sample_different
from gennape.utils.errors import GennapeError, one_line
from gennape.utils.files import read_text

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


def read_network_file(
    path: Path, dataset: Dataset, trusted: Collection[str] = ()
) -> list[ComputationGraph]:
    """Read the networks that a text file names, one a line.

    A line is a `family:architecture`, whose network gets the images and classes of the data
    set, or anything else that `graph_of` reads. Empty lines and what follows a # are ignored.

    Args:
        path: The file.
        dataset: Images that the networks are to learn from.
        trusted: Modules of one's own that lines may name, see `check_name`.

    Raises:
        LabellingError: A line names no network, or there is none; says which line.
    """
    graphs = []
    for number, line in enumerate(read_text(path, LabellingError).splitlines(), 1):
        if text := line.partition(_COMMENT)[0].strip():
            try:
                graphs.append(_named(check_name(text, trusted), dataset))
            except (GennapeError, OSError, ValueError) as error:
                raise LabellingError(f"{path}, line {number}: {one_line(error)}") from error
    if not graphs:
        raise LabellingError(f"{path} names no networks; write one a line")
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
