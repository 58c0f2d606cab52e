"""What a family promises, checked: for those who write one."""

from typing import Any

import numpy as np

from gennape.graph import Op
from gennape.spaces.base import ArchitectureError, SearchSpace


def check_family(space: SearchSpace[Any], samples: int = 8, seed: int = 0) -> None:
    """Check that a family does what `SearchSpace` says, on random architectures.

    Args:
        space: The family.
        samples: How many architectures.
        seed: Of their choice.

    Raises:
        ArchitectureError: It breaks a promise; says which, and of which architecture.
    """
    first, second = (
        [space.sample(rng) for _ in range(samples)]
        for rng in (np.random.default_rng(seed), np.random.default_rng(seed))
    )
    _promise(first == second, space, "the same seed samples other architectures")
    other = type(space)(classes=7, resolution=2 * space.resolution)
    is_as_asked = (other.classes, other.resolution) == (7, 2 * space.resolution)
    _promise(is_as_asked, space, "classes and resolution are no options")
    for architecture in first:
        _check_text(space, architecture)
        _check_neighbours(space, architecture, np.random.default_rng(seed))
        _check_graph(space, architecture)
        _check_graph(other, architecture)


def _check_text(space: SearchSpace[Any], architecture: Any) -> None:
    text = space.format(architecture)
    _promise(len(text.splitlines()) == 1, space, f"{text!r} is not one line")
    for written in (text, f"  {text}\n"):
        is_same = space.parse(written) == architecture
        _promise(is_same, space, f"parse({written!r}) gives another architecture")


def _check_neighbours(space: SearchSpace[Any], architecture: Any, rng: np.random.Generator) -> None:
    text = space.format(architecture)
    neighbours = space.neighbours(architecture)
    _promise(len(set(neighbours)) == len(neighbours), space, f"neighbours of {text} come twice")
    _promise(architecture not in neighbours, space, f"{text} is its own neighbour")
    is_near = space.mutate(architecture, rng) in neighbours
    _promise(is_near, space, f"a mutation of {text} is no neighbour")
    for other in neighbours:
        _check_text(space, other)


def _check_graph(space: SearchSpace[Any], architecture: Any) -> None:
    text, graph = space.format(architecture), space.graph(architecture)
    name = f"{space.name}:{text}"
    _promise(graph.name == name, space, f"the graph of {text} must be named {name}")
    image, scores = [3, space.resolution, space.resolution], [space.classes, 1, 1]
    for end, shape in ((Op.INPUT, image), (Op.OUTPUT, scores)):
        found = graph.output_shape[graph.operations == end].tolist()
        what = f"{text} has {end.name.lower()}s of the shapes {found}, not one of {shape}"
        _promise(found == [shape], space, what)
    unknown = ", ".join(graph.unknown_operations)
    _promise(not unknown, space, f"{text} has operations outside the vocabulary: {unknown}")


def _promise(is_kept: bool, space: SearchSpace[Any], otherwise: str) -> None:
    if not is_kept:
        raise ArchitectureError(f"{space.name}: {otherwise}")
