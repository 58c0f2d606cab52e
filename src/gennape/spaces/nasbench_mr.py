"""NAS-Bench-MR: networks of one to four branches, each at half the resolution of the one before.

Source: Ding et al., "Learning Versatile Neural Architectures by Propagating Network Codes"
(ICLR 2022) and its public code. The stem is two 3x3 convolutions of stride 2. The modules of
the first stage have one branch, those of the fourth four; a module fuses the branches before
it with their neighbours and adds residual blocks to each. The end resizes all branches to the
smallest, and is a 1x1 convolution of their concatenation, global average pool and a linear
layer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import prod

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.branches import fuse, parallel, smallest
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.stages import NUMBER, numbers, one_changed, split_stages

MODULES = (1, 2, 3, 4)
"""How many modules a stage may have."""

BLOCKS = (1, 2, 3, 4)
"""How many residual blocks a branch may have in each."""

CHANNELS = tuple(range(8, 129, 8))
"""Of a branch, of the two convolutions of the stem, of the last convolution."""

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
    """What all modules of a stage have in common, and how many they are.

    Attributes:
        modules: How many.
        blocks: Residual blocks of each branch.
        channels: Of each branch, those of the highest resolution first.
    """

    modules: int
    blocks: tuple[int, ...]
    channels: tuple[int, ...]


@dataclass(frozen=True)
class NASBenchMRArchitecture:
    """A network.

    Attributes:
        stem: Channels of its two convolutions.
        stages: Four, the first of one branch, the last of four.
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


def _check(what: str, values: Sequence[int], allowed: Sequence[int]) -> None:
    for value in values:
        if value not in allowed:
            options = ", ".join(map(str, allowed))
            raise ArchitectureError(f"{what} of NAS-Bench-MR are one of {options}, not {value}")


_OPTIONS = (
    *(CHANNELS,) * 2,
    *chain.from_iterable(
        (MODULES, *(BLOCKS,) * branches, *(CHANNELS,) * branches)
        for branches in range(1, STAGES + 1)
    ),
    CHANNELS,
)
"""What each of the 27 numbers of a code may be."""


class NASBenchMR(SearchSpace[NASBenchMRArchitecture]):
    """The family; `classes` is 50 or 10 for its subsets of ImageNet."""

    name = "nasbench_mr"
    size = prod(map(len, _OPTIONS))
    default_classes = 50
    default_resolution = 128

    def sample(self, rng: np.random.Generator) -> NASBenchMRArchitecture:
        """A random architecture, each value with equal probability."""
        return _of_code([options[rng.integers(len(options))] for options in _OPTIONS])

    def neighbours(self, architecture: NASBenchMRArchitecture) -> list[NASBenchMRArchitecture]:
        """The 237 architectures that differ in one value."""
        return list(map(_of_code, one_changed(_code(architecture), _OPTIONS)))

    def mutate(
        self, architecture: NASBenchMRArchitecture, rng: np.random.Generator
    ) -> NASBenchMRArchitecture:
        """A random neighbour; of the hundreds that there are, only this one is made."""
        near = list(one_changed(_code(architecture), _OPTIONS))
        return _of_code(near[rng.integers(len(near))])

    def parse(self, text: str) -> NASBenchMRArchitecture:
        """Read the benchmark's own string.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        (line,) = split_stages(text, _LINE, "NAS-Bench-MR", _EXAMPLE)
        stem, *stages, last = map(numbers, line.split("-"))
        codes = [[modules, *values] for modules, _, *values in stages]
        return _of_code([*stem, *chain(*codes), *last])

    def format(self, architecture: NASBenchMRArchitecture) -> str:
        """The string used by the benchmark itself."""
        stages = [
            (stage.modules, branches, *stage.blocks, *stage.channels)
            for branches, stage in enumerate(architecture.stages, 1)
        ]
        parts = (architecture.stem, *stages, (architecture.last,))
        return "-".join("_".join(map(str, part)) for part in parts)

    def graph(self, architecture: NASBenchMRArchitecture) -> ComputationGraph:
        """The whole network as a computation graph."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        for channels in architecture.stem:
            x = conv_bn(build, x, channels, kernel=3, stride=2, activation=Op.RELU)
        branches = [x]
        for stage in architecture.stages:
            for _ in range(stage.modules):
                branches = fuse(build, branches, stage.channels)
                branches = parallel(build, branches, stage.blocks)
        x = build.concat(*smallest(build, branches))
        x = conv_bn(build, x, architecture.last, activation=Op.RELU)
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _code(architecture: NASBenchMRArchitecture) -> tuple[int, ...]:
    """The 27 numbers that say what a network is."""
    stages = [(stage.modules, *stage.blocks, *stage.channels) for stage in architecture.stages]
    return (*architecture.stem, *chain(*stages), architecture.last)


def _of_code(code: Iterable[int]) -> NASBenchMRArchitecture:
    """The network of such numbers."""
    values = iter(code)

    def take(count: int) -> tuple[int, ...]:
        return tuple(islice(values, count))

    stem = take(2)
    stages = [
        MultiResolutionStage(next(values), take(branches), take(branches))
        for branches in range(1, STAGES + 1)
    ]
    return NASBenchMRArchitecture(stem, tuple(stages), next(values))
