"""Two-Path: light networks of two parallel paths of two to four blocks.

Source: Mills et al., "GENNAPE" (AAAI 2023) and its code. The network is two 3x3
convolutions to 32 channels, the second of stride 2; two paths, in each of which two blocks
have stride 2 and double the channels; their concatenation, a 3x3 convolution to 512
channels, global average pool and a linear layer. A block is one to three operations in
series, the first convolution of which takes the stride and the change of channels, and a
residual where the shape stays. No convolution has a bias; activations are ReLU6.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, permutations
from math import comb
from typing import NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.series import Series
from gennape.spaces.parts.stages import one_changed, some, split_stages
from gennape.spaces.parts.two_path_operations import VOCABULARY

DEPTHS = (2, 3, 4)
"""How many blocks a path may have."""

REDUCTIONS = 2
"""How many of them have stride 2."""

LENGTHS = (1, 2, 3)
"""How many operations a block may have."""

_PATH = some(some(r"[a-z]\w*", r"\+") + "(?:@2)?", "-")
_LINE = f"{_PATH}/{_PATH}"
_STEM_CHANNELS = 32
_HEAD_CHANNELS = 512
_BLOCKS = sum(VOCABULARY.count(length) for length in LENGTHS)
_PATHS = sum(comb(depth, REDUCTIONS) * _BLOCKS**depth for depth in DEPTHS)


class TwoPathBlock(NamedTuple):
    """The operations of a block, and whether it halves the size and doubles the channels."""

    operations: Series
    reduces: bool


Path = tuple[TwoPathBlock, ...]


@dataclass(frozen=True)
class TwoPathArchitecture:
    """Two paths of blocks; the first one's channels come first."""

    paths: tuple[Path, ...]

    def __post_init__(self) -> None:
        if len(self.paths) != 2:
            raise ArchitectureError(f"Two-Path has 2 paths, not {len(self.paths)}")
        for path in self.paths:
            _check("a path of Two-Path", "blocks", len(path), DEPTHS)
            reductions = sum(block.reduces for block in path)
            _check("a path of Two-Path", "blocks of stride 2", reductions, (REDUCTIONS,))
        for block in chain(*self.paths):
            _check("a block of Two-Path", "operations", len(block.operations), LENGTHS)
            VOCABULARY.check(block.operations)


def _check(whole: str, parts: str, count: int, allowed: Sequence[int]) -> None:
    if count not in allowed:
        options = " or ".join(map(str, allowed))
        raise ArchitectureError(f"{whole} has {options} {parts}, not {count}")


class TwoPath(SearchSpace[TwoPathArchitecture]):
    """The family on CIFAR-10.

    Its size counts descriptions. Some describe the same network: two paths in either order,
    or `c3+c3` and `d3` where the shape stays.
    """

    name = "two_path"
    size = _PATHS**2

    def sample(self, rng: np.random.Generator) -> TwoPathArchitecture:
        """A random architecture.

        Every depth, every place of the reductions and every number of operations is equally
        likely; see `Vocabulary.sample` for the operations.
        """
        return TwoPathArchitecture((_sample_path(rng), _sample_path(rng)))

    def neighbours(self, architecture: TwoPathArchitecture) -> list[TwoPathArchitecture]:
        """The architectures one change away.

        A change replaces an operation, puts one in or leaves one out, moves the stride of one
        block to another, or puts in or leaves out a block of one operation without stride.
        """
        return list(map(TwoPathArchitecture, _near_pairs(architecture)))

    def mutate(
        self, architecture: TwoPathArchitecture, rng: np.random.Generator
    ) -> TwoPathArchitecture:
        """A random neighbour; of the hundreds that there are, only this one is made."""
        near = _near_pairs(architecture)
        return TwoPathArchitecture(near[rng.integers(len(near))])

    def parse(self, text: str) -> TwoPathArchitecture:
        """Read two paths such as `c3+max@2-s5-r2k3@2/d3@2-c5+c1@2`.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        paths = split_stages(
            text,
            _LINE,
            "Two-Path",
            "c3+max@2-s5-r2k3@2/d3@2-c5+c1@2 (two paths of blocks; @2 is stride 2, and a block "
            f"is operations of {', '.join(VOCABULARY.operations)})",
        )
        return TwoPathArchitecture(tuple(tuple(map(_block, path.split("-"))) for path in paths))

    def format(self, architecture: TwoPathArchitecture) -> str:
        """The line that `parse` reads."""
        return "/".join(
            "-".join("+".join(block.operations) + ("@2" if block.reduces else "") for block in path)
            for path in architecture.paths
        )

    def graph(self, architecture: TwoPathArchitecture) -> ComputationGraph:
        """The whole network as a computation graph."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, activation=Op.RELU6)
        x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, stride=2, activation=Op.RELU6)
        ends = []
        for path in architecture.paths:
            end = x
            for block in path:
                end = _add_block(build, end, block)
            ends.append(end)
        x = build.concat(*ends)
        x = conv_bn(build, x, _HEAD_CHANNELS, kernel=3, activation=Op.RELU6)
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _block(text: str) -> TwoPathBlock:
    operations, stride, _ = text.partition("@2")
    return TwoPathBlock(tuple(operations.split("+")), bool(stride))


def _sample_path(rng: np.random.Generator) -> Path:
    depth = int(rng.choice(DEPTHS))
    reductions = set(rng.permutation(depth)[:REDUCTIONS].tolist())
    return tuple(
        TwoPathBlock(VOCABULARY.sample(int(rng.choice(LENGTHS)), rng), position in reductions)
        for position in range(depth)
    )


def _near_pairs(architecture: TwoPathArchitecture) -> list[tuple[Path, ...]]:
    near = [list(dict.fromkeys(_near(path))) for path in architecture.paths]
    return list(one_changed(architecture.paths, near))


def _near(path: Path) -> Iterator[Path]:
    """The paths one change away, some of them more than once."""
    for place, (operations, reduces) in enumerate(path):
        before, after = path[:place], path[place + 1 :]
        for series in VOCABULARY.near(operations):
            if len(series) in LENGTHS:
                yield (*before, TwoPathBlock(series, reduces), *after)
        if len(path) > min(DEPTHS) and len(operations) == 1 and not reduces:
            yield before + after
    yield from _with_strides_moved(path)
    if len(path) < max(DEPTHS):
        for place in range(len(path) + 1):
            for operation in VOCABULARY.convolutions:
                yield (*path[:place], TwoPathBlock((operation,), False), *path[place:])


def _with_strides_moved(path: Path) -> Iterator[Path]:
    for source, target in permutations(range(len(path)), 2):
        if path[source].reduces and not path[target].reduces:
            moved = list(path)
            moved[source] = path[source]._replace(reduces=False)
            moved[target] = path[target]._replace(reduces=True)
            yield tuple(moved)


def _add_block(build: GraphBuilder, x: int, block: TwoPathBlock) -> int:
    """Add a block; returns its output."""
    first = VOCABULARY.first_convolution(block.operations)
    y = x
    for place, operation in enumerate(block.operations):
        factor = 2 if block.reduces and place == first else 1
        y = VOCABULARY.operations[operation](build, y, factor * build.shapes[y][0], factor)
    return build.add(x, y) if build.shapes[x] == build.shapes[y] else y
