"""Stages of the Inception family: their rules, samples, neighbours and number.

A stage repeats one block of one to four parallel paths of operations in series. The
channels of a block are split equally over its paths; of three, one has half of them and
the others a quarter; none has less than 16. Where at least two operations of a path can
change its channels, there may be half or twice as many between them as at its end.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

import numpy as np

from gennape.spaces.base import ArchitectureError
from gennape.spaces.parts.inception_operations import VOCABULARY, changes_channels
from gennape.spaces.parts.series import Series
from gennape.spaces.parts.stages import one_changed

DEPTHS = (2, 3, 4, 5, 6)
"""Numbers of blocks that a stage may have."""

PATHS = (1, 2, 3, 4)
"""Numbers of paths that a block may have."""

LEAST_OPERATIONS = {1: 1, 2: 1, 3: 2, 4: 2}
"""Smallest number of operations in each path, by the number of paths."""

MOST_OPERATIONS = {1: 3, 2: 4, 3: 8, 4: 10}
"""Largest number of operations in all paths of a block together, by the number of paths."""

_LEAST_CHANNELS = 16
_INNER_FACTORS, _PROBABILITIES = (0.5, 1, 2), (0.3, 0.6, 0.1)


class InceptionPath(NamedTuple):
    """The operations of a path, its output channels and those between its operations."""

    operations: Series
    channels: int
    inner: int


Paths = tuple[InceptionPath, ...]


class InceptionStage(NamedTuple):
    """The number of blocks of a stage and the paths of each."""

    depth: int
    paths: Paths


def splits(channels: int, paths: int) -> list[tuple[int, ...]]:
    """List the output channels that the paths of a block may have, in every order."""
    shares = (2, 4, 4) if paths == 3 else (paths,) * paths
    widths = [max(_LEAST_CHANNELS, channels // share) for share in shares]
    return sorted(set(permutations(widths)))


def inner_widths(operations: Series, channels: int) -> tuple[int, ...]:
    """List the channels that a path may have between its operations, each once."""
    if sum(map(changes_channels, operations)) < 2:
        return (channels,)
    return tuple(dict.fromkeys((max(_LEAST_CHANNELS, channels // 2), channels, 2 * channels)))


def check_stage(stage: InceptionStage, channels: int) -> None:
    """Check a stage of blocks of some number of channels.

    Raises:
        ArchitectureError: The family has no such stage; says why.
    """
    depth, paths = stage
    count = len(paths)
    if depth not in DEPTHS:
        raise ArchitectureError(f"a stage of Inception has 2 to 6 blocks, not {depth}")
    if count not in PATHS:
        raise ArchitectureError(f"a block of Inception has 1 to 4 paths, not {count}")
    lengths = [len(path.operations) for path in paths]
    least, most = LEAST_OPERATIONS[count], MOST_OPERATIONS[count]
    if min(lengths) < least or sum(lengths) > most:
        raise ArchitectureError(
            f"a block of Inception of {count} paths has at least {least} operations in each and "
            f"at most {most} in all, not {' and '.join(map(str, lengths))}"
        )
    widths = tuple(path.channels for path in paths)
    if widths not in splits(channels, count):
        options = " or ".join(map(str, splits(channels, count)))
        raise ArchitectureError(
            f"the paths of a block of Inception of {channels} channels have {options}, not {widths}"
        )
    for path in paths:
        VOCABULARY.check(path.operations)
        allowed = inner_widths(path.operations, path.channels)
        if path.inner not in allowed:
            raise ArchitectureError(
                f"{'+'.join(path.operations)!r} of Inception to {path.channels} channels has "
                f"{' or '.join(map(str, allowed))} between its operations, not {path.inner}"
            )


def sample_stage(channels: int, rng: np.random.Generator) -> InceptionStage:
    """Draw a random stage of blocks of some number of channels.

    Every depth, number of paths and split is equally likely. A path has any number of
    operations that leaves enough for those behind it, and half the channels inside in 30 %
    of the cases and twice as many in 10 %, where it can.
    """
    depth, count = int(rng.choice(DEPTHS)), int(rng.choice(PATHS))
    options = splits(channels, count)
    paths: list[InceptionPath] = []
    left = MOST_OPERATIONS[count]
    for width in options[rng.integers(len(options))]:
        least = LEAST_OPERATIONS[count]
        behind = count - len(paths) - 1
        operations = VOCABULARY.sample(int(rng.integers(least, left - behind * least + 1)), rng)
        left -= len(operations)
        paths.append(InceptionPath(operations, width, _sample_inner(operations, width, rng)))
    return InceptionStage(depth, tuple(paths))


def _sample_inner(operations: Series, channels: int, rng: np.random.Generator) -> int:
    if len(inner_widths(operations, channels)) == 1:
        return channels
    factor = rng.choice(_INNER_FACTORS, p=_PROBABILITIES)
    return max(_LEAST_CHANNELS, int(channels * factor))


@lru_cache(maxsize=512)  # a mutation leaves all stages but one as they were
def near_stages(stage: InceptionStage, channels: int) -> tuple[InceptionStage, ...]:
    """Return the stages one change away.

    A change is another depth; an operation replaced, put in or left out; other channels
    within a path; another order of the split; a path left out or repeated.
    """
    others = (InceptionStage(stage.depth, paths) for paths in _near(stage.paths, channels))
    found = dict.fromkeys([*(InceptionStage(depth, stage.paths) for depth in DEPTHS), *others])
    return tuple(near for near in found if near != stage and _is_allowed(near, channels))


def _is_allowed(stage: InceptionStage, channels: int) -> bool:
    try:
        check_stage(stage, channels)
    except ArchitectureError:
        return False
    return True


def _near(paths: Paths, channels: int) -> Iterator[Paths]:
    """Iterate over paths after each change, within the family or not, some more than once."""
    yield from one_changed(paths, [list(_near_paths(path)) for path in paths])
    yield from _in_all_splits(paths, channels)
    for place, path in enumerate(paths):
        yield from _in_all_splits(paths[:place] + paths[place + 1 :], channels)
        yield from _in_all_splits((*paths[:place], path, *paths[place:]), channels)


def _near_paths(path: InceptionPath) -> Iterator[InceptionPath]:
    for inner in inner_widths(path.operations, path.channels):
        yield path._replace(inner=inner)
    for operations in VOCABULARY.near(path.operations):
        can_stay = path.inner in inner_widths(operations, path.channels)
        yield InceptionPath(operations, path.channels, path.inner if can_stay else path.channels)


def _in_all_splits(paths: Paths, channels: int) -> Iterator[Paths]:
    """Iterate over the paths in each split; inner channels stay half, equal or double."""
    if len(paths) in PATHS:
        for widths in splits(channels, len(paths)):
            yield tuple(map(_resized, paths, widths))


def _resized(path: InceptionPath, channels: int) -> InceptionPath:
    inner = max(_LEAST_CHANNELS, channels * path.inner // path.channels)
    return InceptionPath(path.operations, channels, inner)


def count_stages(channels: int) -> int:
    """Count the stages of blocks of some number of channels."""
    blocks = 0
    for count in PATHS:
        for widths in splits(channels, count):
            ways = Counter({0: 1})  # by the number of operations so far
            for width in widths:
                ways = _with_path(ways, width, count)
            blocks += sum(ways.values())
    return len(DEPTHS) * blocks


def _with_path(ways: Counter[int], width: int, count: int) -> Counter[int]:
    """Count the ways to choose one path more of a block of `count`."""
    longer: Counter[int] = Counter()
    for used, number in ways.items():
        for length in range(LEAST_OPERATIONS[count], MOST_OPERATIONS[count] - used + 1):
            longer[used + length] += number * _count_paths(length, width)
    return longer


def _count_paths(length: int, width: int) -> int:
    pools = sum(not changes_channels(operation) for operation in VOCABULARY.support)
    series = VOCABULARY.count(length)
    # A single operation, or a pool beside one convolution, has no channels inside.
    rigid = {1: series, 2: 2 * len(VOCABULARY.convolutions) * pools}.get(length, 0)
    example = (*VOCABULARY.convolutions,)[:2]
    return rigid + (series - rigid) * len(inner_widths(example, width))
