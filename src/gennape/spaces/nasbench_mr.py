"""NAS-Bench-MR: networks of one to four branches, each at half the resolution of the one before.

Sources: Ding et al., "Learning Versatile Neural Architectures by Propagating Network Codes"
(ICLR 2022) and its public code, which fuses neighbours only; Wang et al., "Deep High-Resolution
Representation Learning for Visual Recognition" (HRNet, TPAMI 2020). The stem is two 3x3
convolutions of stride 2. The modules of the first stage have one branch, those of the fourth
four; a module fuses the branches before it with their neighbours and adds residual blocks to
each. The end resizes all branches to the smallest, and is a 1x1 convolution of their
concatenation, global average pool and a linear layer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import prod

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op, cached_block
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.stages import NUMBER, numbers, one_changed, split_stages

MODULES = (1, 2, 3, 4)
"""Numbers of modules that a stage may have."""

BLOCKS = (1, 2, 3, 4)
"""Numbers of residual blocks that a branch may have in each module."""

CHANNELS = tuple(range(8, 129, 8))
"""Channels of a branch, of the two convolutions of the stem, of the last convolution."""

STAGES = 4

_LINE = "-".join(
    ("N_N", *(f"N_{branches}" + "_N" * 2 * branches for branches in range(1, STAGES + 1)), "N")
).replace("N", NUMBER)
_EXAMPLE = (
    "96_128-1_1_1_48-1_2_1_1_128_8-1_3_1_1_1_128_128_120-4_4_4_4_4_4_128_128_128_128-64 (channels "
    "of the stem; of each stage modules, branches, blocks and channels of each branch; channels "
    "of the end)"
)


@dataclass(frozen=True)
class MultiResolutionStage:
    """Number of modules in a stage and the settings that all of them share.

    Attributes:
        modules: Number of modules.
        blocks: Residual blocks of each branch.
        channels: Channels of each branch, that of the highest resolution first.
    """

    modules: int
    blocks: tuple[int, ...]
    channels: tuple[int, ...]


@dataclass(frozen=True)
class NASBenchMRArchitecture:
    """An architecture.

    Attributes:
        stem: Channels of its two convolutions.
        stages: Four stages, the first of one branch, the last of four.
        last: Channels of the convolution before the classifier.
    """

    stem: tuple[int, ...]
    stages: tuple[MultiResolutionStage, ...]
    last: int

    def __post_init__(self) -> None:
        if len(self.stem) != 2 or len(self.stages) != STAGES:
            raise ArchitectureError(
                f"NAS-Bench-MR has a stem of 2 layers and {STAGES} stages, "
                f"not {len(self.stem)} and {len(self.stages)}"
            )
        _check("channels", (*self.stem, self.last), CHANNELS)
        for branches, stage in enumerate(self.stages, 1):
            if (len(stage.blocks), len(stage.channels)) != (branches, branches):
                raise ArchitectureError(
                    f"stage {branches} of NAS-Bench-MR has {branches} branches, "
                    f"not blocks of {len(stage.blocks)} and channels of {len(stage.channels)}"
                )
            _check("modules of a stage", (stage.modules,), MODULES)
            _check("blocks of a branch", stage.blocks, BLOCKS)
            _check("channels", stage.channels, CHANNELS)


def _check(field: str, values: Sequence[int], allowed: Sequence[int]) -> None:
    for value in values:
        if value not in allowed:
            options = ", ".join(map(str, allowed))
            raise ArchitectureError(f"{field} of NAS-Bench-MR are one of {options}, not {value}")


_OPTIONS = (
    *(CHANNELS,) * 2,
    *chain.from_iterable(
        (MODULES, *(BLOCKS,) * branches, *(CHANNELS,) * branches)
        for branches in range(1, STAGES + 1)
    ),
    CHANNELS,
)
"""Values that each of the 27 numbers of a code may have."""


class NASBenchMR(SearchSpace[NASBenchMRArchitecture]):
    """NAS-Bench-MR; `classes` is 50 or 10 for its subsets of ImageNet."""

    name = "nasbench_mr"
    size = prod(map(len, _OPTIONS))
    default_classes = 50
    default_resolution = 128

    def sample(self, rng: np.random.Generator) -> NASBenchMRArchitecture:
        """Draw a random architecture, each value with equal probability."""
        return _decoded([options[rng.integers(len(options))] for options in _OPTIONS])

    def neighbours(self, architecture: NASBenchMRArchitecture) -> list[NASBenchMRArchitecture]:
        """List the 237 architectures that differ in one value."""
        return list(map(_decoded, one_changed(_code(architecture), _OPTIONS)))

    def mutate(
        self, architecture: NASBenchMRArchitecture, rng: np.random.Generator
    ) -> NASBenchMRArchitecture:
        """Draw a random neighbour; only this one of the hundreds is constructed."""
        near = list(one_changed(_code(architecture), _OPTIONS))
        return _decoded(near[rng.integers(len(near))])

    def parse(self, text: str) -> NASBenchMRArchitecture:
        """Read the benchmark's own string.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        (line,) = split_stages(text, _LINE, "NAS-Bench-MR", _EXAMPLE)
        stem, *stages, last = map(numbers, line.split("-"))
        codes = [[modules, *values] for modules, _, *values in stages]
        return _decoded([*stem, *chain(*codes), *last])

    def format(self, architecture: NASBenchMRArchitecture) -> str:
        """Write the string that the benchmark itself uses."""
        stages = [
            (stage.modules, branches, *stage.blocks, *stage.channels)
            for branches, stage in enumerate(architecture.stages, 1)
        ]
        parts = (architecture.stem, *stages, (architecture.last,))
        return "-".join("_".join(map(str, part)) for part in parts)

    def graph(self, architecture: NASBenchMRArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        for channels in architecture.stem:
            x = conv_bn(build, x, channels, kernel=3, stride=2, activation=Op.RELU)
        branches = [x]
        for stage in architecture.stages:
            for _ in range(stage.modules):
                branches = fuse_branches(build, branches, stage.channels)
                branches = deepen_branches(build, branches, stage.blocks)
        x = build.concat(*resize_to_smallest(build, branches))
        x = conv_bn(build, x, architecture.last, activation=Op.RELU)
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _code(architecture: NASBenchMRArchitecture) -> tuple[int, ...]:
    """Write an architecture as 27 numbers."""
    stages = [(stage.modules, *stage.blocks, *stage.channels) for stage in architecture.stages]
    return (*architecture.stem, *chain(*stages), architecture.last)


def _decoded(code: Iterable[int]) -> NASBenchMRArchitecture:
    """Make the architecture of 27 numbers."""
    values = iter(code)

    def take(count: int) -> tuple[int, ...]:
        return tuple(islice(values, count))

    stem = take(2)
    stages = [
        MultiResolutionStage(next(values), take(branches), take(branches))
        for branches in range(1, STAGES + 1)
    ]
    return NASBenchMRArchitecture(stem, tuple(stages), next(values))


def fuse_branches(
    build: GraphBuilder, branches: Sequence[int], channels: Sequence[int]
) -> list[int]:
    """Sum each branch with its neighbours and begin new branches.

    The branch itself and a finer one contribute a 3x3 convolution, of stride 1 and 2, and a coarser
    one a 1x1 convolution that is then enlarged; all have batch norm and ReLU, and so has their
    sum. A new branch is a 3x3 convolution of stride 2 on the last one.

    Args:
        build: Builder of the network.
        branches: The branches before, from the highest resolution to the lowest.
        channels: Channels of the branches after, at least as many.

    Returns:
        The branches after.
    """
    fused: list[int] = []
    for place, branch in enumerate(branches):
        size = build.shapes[branch][1:]
        terms = [_halved(build, branches[place - 1], channels[place])] if place else []
        terms.append(conv_bn(build, branch, channels[place], kernel=3, activation=Op.RELU))
        if place + 1 < len(branches):
            terms.append(_enlarged(build, branches[place + 1], channels[place], size))
        fused.append(build.relu(build.add(*terms)))
    for width in channels[len(branches) :]:
        fused.append(_halved(build, fused[-1], width))
    return fused


def deepen_branches(
    build: GraphBuilder, branches: Sequence[int], blocks: Sequence[int]
) -> list[int]:
    """Add residual blocks to each branch.

    Args:
        build: Builder of the network.
        branches: The branches before.
        blocks: Number of blocks of each.

    Returns:
        The branches after.
    """
    return [_blocks(build, branch, count) for branch, count in zip(branches, blocks, strict=True)]


def resize_to_smallest(build: GraphBuilder, branches: Sequence[int]) -> list[int]:
    """Resize all branches to the resolution of the last one by bilinear interpolation."""
    size = build.shapes[branches[-1]][1:]
    return [build.resize(branch, size, mode="bilinear") for branch in branches]


def _halved(build: GraphBuilder, x: int, channels: int) -> int:
    return conv_bn(build, x, channels, kernel=3, stride=2, activation=Op.RELU)


@cached_block
def _enlarged(build: GraphBuilder, x: int, channels: int, size: tuple[int, int]) -> int:
    return build.resize(conv_bn(build, x, channels, activation=Op.RELU), size)


@cached_block
def _blocks(build: GraphBuilder, x: int, count: int) -> int:
    return build.repeat(lambda y: _basic_block(build, y), x, count)


def _basic_block(build: GraphBuilder, x: int) -> int:
    """Add two 3x3 convolutions and a short cut (He et al., CVPR 2016)."""
    channels = build.shapes[x][0]
    y = conv_bn(build, x, channels, kernel=3, activation=Op.RELU)
    return build.relu(build.add(x, conv_bn(build, y, channels, kernel=3)))
