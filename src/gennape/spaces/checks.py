"""Checks that a family keeps the promises of `SearchSpace`, on random architectures.

`check_family` runs all of them; `gennape.testing.SearchSpaceTests` has a test for each.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from gennape.graph import GraphBatch, Op
from gennape.graph.hashing import layout_hashes
from gennape.spaces.base import ArchitectureError, SearchSpace

FOREIGN_TEXTS = ("", "/", "nonsense", "|", "c3/", "+++", "c3/01-12-", "ü~0")
"""Lines that describe an architecture of no family."""

_CLASSES = 7
_ENUMERATED = 500


def check_family(space: SearchSpace[Any], samples: int = 8, seed: int = 0) -> None:
    """Check that a family keeps the promises of `SearchSpace`.

    Args:
        space: The family.
        samples: Number of random architectures that are checked.
        seed: Seed of their choice.

    Raises:
        ArchitectureError: A promise is broken; says which, and for which architecture.
    """
    check_samples(space, samples, seed)
    check_options(space)
    check_refusal(space)
    check_enumeration(space)
    for architecture in _samples(space, samples, seed):
        check_text(space, architecture)
        check_neighbours(space, architecture, seed)
        check_graph(space, architecture)
        check_graph(with_other_options(space), architecture)
    check_graphs(space, _samples(space, samples, seed))


def check_samples(space: SearchSpace[Any], samples: int, seed: int) -> None:
    """Check that samples follow the seed and vary.

    Raises:
        ArchitectureError: They do not.
    """
    first = _samples(space, samples, seed)
    is_same = first == _samples(space, samples, seed)
    _promise(is_same, space, "the same seed samples other architectures")
    varies = space.size == 1 or len({*first, *_samples(space, samples, seed + 1)}) > 1
    _promise(varies, space, f"{2 * samples} samples are one architecture")


def check_options(space: SearchSpace[Any]) -> None:
    """Check that the numbers of classes and pixels are options of the family.

    Raises:
        ArchitectureError: They are not.
    """
    other = with_other_options(space)
    is_as_asked = (other.classes, other.resolution) == (_CLASSES, 2 * space.resolution)
    _promise(is_as_asked, space, "classes and resolution are no options")


def check_refusal(space: SearchSpace[Any]) -> None:
    """Check that lines of other families are refused by an `ArchitectureError`.

    Raises:
        ArchitectureError: One is read, or refused by another error.
    """
    for text in FOREIGN_TEXTS:
        try:
            outcome = f"gives {space.parse(text)!r}"
        except ArchitectureError:
            continue
        except Exception as error:  # what it raises instead is the finding
            outcome = f"raises {error!r}"
        _promise(False, space, f"parse({text!r}) {outcome}, not an ArchitectureError")


def check_enumeration(space: SearchSpace[Any]) -> None:
    """Check the first architectures of `enumerate`, where the family has it.

    Raises:
        ArchitectureError: One comes twice or is not read back, or the family's size is another.
    """
    try:
        architectures = space.enumerate()
    except ArchitectureError:  # too large, as the class says
        return
    first = list(islice(architectures, _ENUMERATED))
    _promise(len(set(first)) == len(first), space, "enumerated architectures come twice")
    expected = min(_ENUMERATED, space.size or _ENUMERATED)
    counts = f"the size is {space.size}, but {len(first)} architectures are enumerated"
    _promise(len(first) == expected or not space.size, space, counts)
    for architecture in first:
        check_text(space, architecture)


def check_text(space: SearchSpace[Any], architecture: Any) -> None:
    """Check that `format` writes one line and `parse` reads it back.

    Raises:
        ArchitectureError: The text has several lines or describes another architecture.
    """
    text = space.format(architecture)
    _promise(len(text.splitlines()) == 1, space, f"{text!r} is not one line")
    for written in (text, f"  {text}\n"):
        is_same = space.parse(written) == architecture
        _promise(is_same, space, f"parse({written!r}) gives another architecture")


def check_neighbours(space: SearchSpace[Any], architecture: Any, seed: int) -> None:
    """Check that neighbours are others, each once, and that mutations are among them.

    Raises:
        ArchitectureError: They are not, or a mutation does not follow the seed.
    """
    text = space.format(architecture)
    neighbours = space.neighbours(architecture)
    _promise(len(neighbours) > 0, space, f"{text} has no neighbours")
    _promise(len(set(neighbours)) == len(neighbours), space, f"neighbours of {text} come twice")
    _promise(architecture not in neighbours, space, f"{text} is its own neighbour")
    for neighbour in neighbours:
        check_text(space, neighbour)
    mutated, again = (space.mutate(architecture, np.random.default_rng(seed)) for _ in range(2))
    _promise(mutated in neighbours, space, f"a mutation of {text} is no neighbour")
    _promise(mutated == again, space, f"the same seed mutates {text} in another way")


def check_graph(space: SearchSpace[Any], architecture: Any) -> None:
    """Check the name of a graph, its input and output, its operations and costs.

    Raises:
        ArchitectureError: One of them is wrong, or a second graph of the architecture differs.
    """
    text, graph = space.format(architecture), space.graph(architecture)
    name = f"{space.name}:{text}"
    _promise(graph.name == name, space, f"the graph of {text} must be named {name}")
    image, scores = [3, space.resolution, space.resolution], [space.classes, 1, 1]
    for end, shape in ((Op.INPUT, image), (Op.OUTPUT, scores)):
        found = graph.output_shape[graph.operations == end].tolist()
        ends = f"{text} has {end.name.lower()}s of the shapes {found}, not one of {shape}"
        _promise(found == [shape], space, ends)
    unknown = ", ".join(graph.unknown_operations)
    _promise(not unknown, space, f"{text} has operations outside the vocabulary: {unknown}")
    _promise(graph.macs > 0, space, f"{text} computes nothing")
    is_same = space.graph(architecture).fingerprint == graph.fingerprint
    _promise(is_same, space, f"a second graph of {text} is another network")


def check_graphs(space: SearchSpace[Any], architectures: Sequence[Any]) -> None:
    """Check that graphs which are built together are those that are built one by one.

    Raises:
        ArchitectureError: One of them differs.
    """
    together = space.graphs(architectures)
    alone = GraphBatch.of(map(space.graph, architectures))
    is_same = together.names == alone.names and layout_hashes(together) == layout_hashes(alone)
    _promise(is_same, space, "networks that `graphs` builds are not those of `graph`")


def with_other_options(space: SearchSpace[Any]) -> SearchSpace[Any]:
    """Make the family for seven classes and images of twice the size."""
    return type(space)(classes=_CLASSES, resolution=2 * space.resolution)


def _samples(space: SearchSpace[Any], samples: int, seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [space.sample(rng) for _ in range(samples)]


def _promise(is_kept: bool, space: SearchSpace[Any], otherwise: str) -> None:
    if not is_kept:
        raise ArchitectureError(f"{space.name}: {otherwise}")
