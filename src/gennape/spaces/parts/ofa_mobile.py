"""Common base of the mobile families of Once-for-All: stages of blocks of elastic size.

Source: Cai et al., "Once-for-All" (ICLR 2020) and its public supernets. A block is an
inverted bottleneck of some kernel and expansion; stages have two to four of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import prod
from typing import ClassVar, NamedTuple, TypeVar

import numpy as np

from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.stages import (
    NUMBER,
    check_depths,
    numbers,
    one_changed,
    one_more_or_less,
    sample_blocks,
    some,
    split_stages,
)

KERNELS = (3, 5, 7)
EXPANSIONS = (3, 4, 6)
DEPTHS = (2, 3, 4)


class OFABlock(NamedTuple):
    """Kernel size and expansion ratio of one inverted bottleneck."""

    kernel: int
    expansion: int


BLOCKS = tuple(OFABlock(kernel, expansion) for kernel in KERNELS for expansion in EXPANSIONS)

OFAStage = tuple[OFABlock, ...]

_LINE = some(some(f"k{NUMBER}e{NUMBER}", "-"), "/")


@dataclass(frozen=True)
class OFAMobileArchitecture:
    """An architecture: the blocks of each stage.

    Attributes:
        family: Name of the family for people.
        depths: Numbers of blocks that each stage may have.
        stages: Blocks of each stage, from input to output.
    """

    family: ClassVar[str]
    depths: ClassVar[tuple[tuple[int, ...], ...]]

    stages: tuple[OFAStage, ...]

    def __post_init__(self) -> None:
        check_depths(self.family, [len(stage) for stage in self.stages], self.depths)
        for block in chain(*self.stages):
            if block not in BLOCKS:
                raise ArchitectureError(
                    f"a block of {self.family} has kernel 3, 5 or 7 and expansion 3, 4 or 6, "
                    f"not {block.kernel} and {block.expansion}"
                )


MobileArchitecture = TypeVar("MobileArchitecture", bound=OFAMobileArchitecture)


class OFAMobileSpace(SearchSpace[MobileArchitecture]):
    """Base class of the families, which add the class of architectures and the graph."""

    default_classes = 1000
    default_resolution = 224
    architecture: type[MobileArchitecture]

    def from_slots(
        self, kernels: Sequence[int], expansions: Sequence[int], depths: Sequence[int]
    ) -> MobileArchitecture:
        """Make the architecture of a supernet's settings, where every stage has all its slots.

        Args:
            kernels: Kernel size of every slot, stage after stage.
            expansions: Expansion ratio of every slot.
            depths: Number of slots of each stage that are used, from its first on.

        Raises:
            ArchitectureError: The lengths or depths are others, or a used slot holds no block.
        """
        check_depths(self.architecture.family, depths, self.architecture.depths)
        sizes = [max(options) for options in self.architecture.depths]
        for setting, values in (("kernels", kernels), ("expansions", expansions)):
            if len(values) != sum(sizes):
                raise ArchitectureError(
                    f"{self.architecture.family} has slots for {sum(sizes)} {setting}, "
                    f"not {len(values)}"
                )
        slots = map(OFABlock, kernels, expansions)
        stages = [tuple(islice(slots, size)) for size in sizes]
        return self.architecture(
            tuple(stage[:depth] for stage, depth in zip(stages, depths, strict=True))
        )

    def sample(self, rng: np.random.Generator) -> MobileArchitecture:
        """Draw a random architecture: every depth and every block equally often."""
        return self.architecture(
            tuple(sample_blocks(BLOCKS, depths, rng) for depths in self.architecture.depths)
        )

    def neighbours(self, architecture: MobileArchitecture) -> list[MobileArchitecture]:
        """List all with another kernel or expansion in one block, or one block more or less."""
        options = [
            list(_near(stage, depths))
            for stage, depths in zip(architecture.stages, architecture.depths, strict=True)
        ]
        return [self.architecture(stages) for stages in one_changed(architecture.stages, options)]

    def parse(self, text: str) -> MobileArchitecture:
        """Read stages of blocks such as `k3e4-k5e6/k7e3-k3e3-k3e6/...`.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        shortest = self.architecture(
            tuple((OFABlock(5, 4),) * min(depths) for depths in self.architecture.depths)
        )
        stages = split_stages(
            text,
            _LINE,
            self.architecture.family,
            f"{self.format(shortest)} (stages of blocks; k is a kernel size, e an expansion)",
        )
        return self.architecture(
            tuple(
                tuple(OFABlock(*numbers(block)) for block in stage.split("-")) for stage in stages
            )
        )

    def format(self, architecture: MobileArchitecture) -> str:
        """Write the line that `parse` reads."""
        return "/".join(
            "-".join(f"k{block.kernel}e{block.expansion}" for block in stage)
            for stage in architecture.stages
        )


def family_size(depths: Sequence[Sequence[int]]) -> int:
    """Count the architectures whose stages have these depths."""
    return prod(sum(len(BLOCKS) ** depth for depth in options) for options in depths)


def _near(stage: OFAStage, depths: Sequence[int]) -> Iterator[OFAStage]:
    """Iterate over the stages one change away."""
    blocks = [
        [OFABlock(*changed) for changed in one_changed(block, (KERNELS, EXPANSIONS))]
        for block in stage
    ]
    yield from one_changed(stage, blocks)
    yield from one_more_or_less(stage, BLOCKS, depths)
