"""HiAML: residual networks of four stages, each of two equal blocks of one of 14 kinds.

Source: Mills et al., "GENNAPE" (AAAI 2023). The network is a 3x3 convolution of stride 2
to 64 channels, four stages, global average pool and a linear layer. The first block of
the second and of the fourth stage has stride 2 and doubles the channels. No convolution
has a bias.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.hiaml_blocks import BLOCKS, add_block
from gennape.spaces.parts.stages import one_changed

STAGES = 4

_BLOCKS_PER_STAGE = 2
_STEM_CHANNELS = 64
_WIDENING_STAGES = (1, 3)


@dataclass(frozen=True)
class HiAMLArchitecture:
    """The kind of the blocks of each stage, one of `BLOCKS`."""

    blocks: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.blocks) != STAGES:
            raise ArchitectureError(f"HiAML has {STAGES} stages, not {len(self.blocks)}")
        for block in self.blocks:
            if block not in BLOCKS:
                raise ArchitectureError(
                    f"{block!r} is no HiAML block; they are {', '.join(BLOCKS)}"
                )


class HiAML(SearchSpace[HiAMLArchitecture]):
    """The family on CIFAR-10."""

    name = "hiaml"
    size = len(BLOCKS) ** STAGES

    def enumerate(self) -> Iterator[HiAMLArchitecture]:
        """All 38,416 architectures."""
        return map(HiAMLArchitecture, product(BLOCKS, repeat=STAGES))

    def sample(self, rng: np.random.Generator) -> HiAMLArchitecture:
        """A random architecture, each block with equal probability."""
        return HiAMLArchitecture(tuple(BLOCKS[i] for i in rng.integers(len(BLOCKS), size=STAGES)))

    def neighbours(self, architecture: HiAMLArchitecture) -> list[HiAMLArchitecture]:
        """The 52 architectures that differ in one stage."""
        return [
            HiAMLArchitecture(blocks)
            for blocks in one_changed(architecture.blocks, (BLOCKS,) * STAGES)
        ]

    def parse(self, text: str) -> HiAMLArchitecture:
        """Read four blocks such as `a22-src0-t31-z`.

        Raises:
            ArchitectureError: The line has another form or names an unknown block.
        """
        blocks = tuple(text.strip().split("-"))
        if len(blocks) != STAGES:
            raise ArchitectureError(
                f"{text!r} is no HiAML architecture; one looks like a22-src0-t31-z "
                f"(the blocks of its four stages, each one of {', '.join(BLOCKS)})"
            )
        return HiAMLArchitecture(blocks)

    def format(self, architecture: HiAMLArchitecture) -> str:
        """The line that `parse` reads."""
        return "-".join(architecture.blocks)

    def graph(self, architecture: HiAMLArchitecture) -> ComputationGraph:
        """The whole network as a computation graph."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, stride=2, activation=Op.RELU)
        for stage, block in enumerate(architecture.blocks):
            for position in range(_BLOCKS_PER_STAGE):
                widens = position == 0 and stage in _WIDENING_STAGES
                x = add_block(build, x, block, widens)
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")
