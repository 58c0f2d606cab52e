"""Two-Path: light networks of two parallel paths of two to four blocks.

Source: Mills et al., "GENNAPE" (AAAI 2023) and its code. The network is two 3x3
convolutions to 32 channels, the second of stride 2; two paths, in each of which two blocks
have stride 2 and double the channels; their concatenation, a 3x3 convolution to 512
channels, global average pool and a linear layer. A block is one to three operations in
series, the first convolution of which takes the stride and the change of channels, and a
residual where the shape stays. No convolution has a bias; activations are ReLU6.

Operations that count as convolutions, C being the channels they read:

- `c3`, `c5`: 3x3, 5x5
- `d3`: 3x3 to C channels, then 3x3
- `r2k3`, `r4k3`, `e2k3`: a bottleneck of two 3x3 with C/2, C/4 or 2C channels between them
- `s3`, `s5`: 1x3 then 3x1, 1x5 then 5x1

Support: `c1`, 1x1; `r2k1`, `e2k1`, bottlenecks of two 1x1; `avg` and `max`, a 3x3 pool and
batch norm. The first of two convolutions takes the stride. All are followed by batch norm
and, but for those of bottlenecks, by ReLU6: bottlenecks in the paper's code have a ReLU6 behind
each convolution in PyTorch and none in TensorFlow, and the published graphs, of 67 nodes in the
mean, come from TensorFlow; with these activations there would be 76. An average leaves the
padding out, as it does there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, permutations
from math import comb
from typing import NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.convolutions import conv_bn, pool_bn, split_conv
from gennape.spaces.parts.series import Series, Vocabulary
from gennape.spaces.parts.stages import one_changed, some, split_stages


def _conv(build: GraphBuilder, x: int, channels: int, stride: int, kernel: int) -> int:
    return conv_bn(build, x, channels, kernel=kernel, stride=stride, activation=Op.RELU6)


def _double(build: GraphBuilder, x: int, channels: int, stride: int) -> int:
    x = _conv(build, x, build.shapes[x][0], stride, kernel=3)
    return _conv(build, x, channels, 1, kernel=3)


def _bottleneck(
    build: GraphBuilder, x: int, channels: int, stride: int, ratio: float, kernel: int
) -> int:
    between = int(build.shapes[x][0] * ratio)
    x = conv_bn(build, x, between, kernel=kernel, stride=stride)
    return conv_bn(build, x, channels, kernel=kernel)


def _split(build: GraphBuilder, x: int, channels: int, stride: int, kernel: int) -> int:
    return split_conv(build, x, channels, kernel=kernel, strides=(stride, 1), activation=Op.RELU6)


def _pool(build: GraphBuilder, x: int, channels: int, stride: int, op: Op) -> int:
    return pool_bn(build, x, op)


VOCABULARY = Vocabulary(
    "Two-Path",
    convolutions={
        "c3": partial(_conv, kernel=3),
        "d3": _double,
        "c5": partial(_conv, kernel=5),
        "r2k3": partial(_bottleneck, ratio=1 / 2, kernel=3),
        "r4k3": partial(_bottleneck, ratio=1 / 4, kernel=3),
        "e2k3": partial(_bottleneck, ratio=2, kernel=3),
        "s3": partial(_split, kernel=3),
        "s5": partial(_split, kernel=5),
    },
    support={
        "c1": partial(_conv, kernel=1),
        "r2k1": partial(_bottleneck, ratio=1 / 2, kernel=1),
        "e2k1": partial(_bottleneck, ratio=2, kernel=1),
        "avg": partial(_pool, op=Op.AVG_POOL),
        "max": partial(_pool, op=Op.MAX_POOL),
    },
)

DEPTHS = (2, 3, 4)
"""Numbers of blocks that a path may have."""

REDUCTIONS = 2
"""Number of blocks of stride 2 in a path."""

LENGTHS = (1, 2, 3)
"""Numbers of operations that a block may have."""

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
    """An architecture of two paths of blocks; the first one's channels come first."""

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
    """Two-Path for CIFAR-10 images.

    The size counts descriptions. Some describe the same network: two paths in either order,
    or `c3+c3` and `d3` where the shape stays.
    """

    name = "two_path"
    size = _PATHS**2

    def sample(self, rng: np.random.Generator) -> TwoPathArchitecture:
        """Draw a random architecture.

        Every depth, every place of the reductions and every number of operations is equally
        likely; see `Vocabulary.sample` for the operations.
        """
        return TwoPathArchitecture((_sample_path(rng), _sample_path(rng)))

    def neighbours(self, architecture: TwoPathArchitecture) -> list[TwoPathArchitecture]:
        """List the architectures one change away.

        A change replaces an operation, puts one in or leaves one out, moves the stride of one
        block to another, or puts in or leaves out a block of one operation without stride.
        """
        return list(map(TwoPathArchitecture, _near_pairs(architecture)))

    def mutate(
        self, architecture: TwoPathArchitecture, rng: np.random.Generator
    ) -> TwoPathArchitecture:
        """Draw a random neighbour; only this one of the hundreds is constructed."""
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
        """Write the line that `parse` reads."""
        return "/".join(
            "-".join("+".join(block.operations) + ("@2" if block.reduces else "") for block in path)
            for path in architecture.paths
        )

    def graph(self, architecture: TwoPathArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
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
    """Iterate over the paths one change away, some of them more than once."""
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
    """Add a block and return its output."""
    first = VOCABULARY.first_convolution(block.operations)
    y = x
    for place, operation in enumerate(block.operations):
        factor = 2 if block.reduces and place == first else 1
        y = VOCABULARY.operations[operation](build, y, factor * build.shapes[y][0], factor)
    return build.add(x, y) if build.shapes[x] == build.shapes[y] else y
