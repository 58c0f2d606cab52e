"""HiAML: residual networks of four stages, each of two equal blocks of one of 14 kinds.

Source: Mills et al., "GENNAPE" (AAAI 2023). The network is a 3x3 convolution of stride 2
to 64 channels, four stages, global average pool and a linear layer. The first block of
the second and of the fourth stage has stride 2 and doubles the channels. No convolution
has a bias.

A block is the ReLU of a sum; its kinds are those of the paper's code. Every convolution is
followed by batch norm. A split convolution is a 1x3 convolution, which takes the stride, and a
3x1 convolution, each with a ReLU. A short cut is the block's input, behind a 1x1 convolution
where the block changes its shape; each has its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op, cached_block
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.convolutions import conv_bn, split_conv
from gennape.spaces.parts.stages import one_changed

STAGES = 4

_BLOCKS_PER_STAGE = 2
_STEM_CHANNELS = 64
_WIDENING_STAGES = (1, 3)


@dataclass(frozen=True)
class _Layers:
    """Layers of one block.

    Attributes:
        build: Builder of the network.
        channels: Channels of the block's output, and of its layers by default.
        stride: Stride of the block.
    """

    build: GraphBuilder
    channels: int
    stride: int

    def conv_relu(self, x: int, kernel: int, stride: int = 1, channels: int | None = None) -> int:
        """Add convolution, batch norm and ReLU."""
        width = channels or self.channels
        return conv_bn(self.build, x, width, kernel=kernel, stride=stride, activation=Op.RELU)

    def conv(self, x: int, kernel: int, stride: int = 1) -> int:
        """Add convolution and batch norm."""
        return conv_bn(self.build, x, self.channels, kernel=kernel, stride=stride)

    def split(self, x: int, stride: int = 1) -> int:
        """Add a 1x3 convolution, which takes the stride, then a 3x1 convolution."""
        return split_conv(
            self.build, x, self.channels, kernel=3, strides=(stride, 1), activation=Op.RELU
        )

    def short_cut(self, x: int) -> int:
        """Bring the block's input into the shape of its output."""
        is_same = self.stride == 1 and self.build.shapes[x][0] == self.channels
        return x if is_same else self.conv(x, 1, self.stride)


def _a22(to: _Layers, x: int) -> list[int]:
    first = to.conv_relu(x, 3, to.stride)
    return [first, to.conv(to.conv_relu(first, 1), 1)]


def _z(to: _Layers, x: int) -> list[int]:
    first = to.conv_relu(x, 3, to.stride)
    return [first, to.split(first)]


def _b23(to: _Layers, x: int) -> list[int]:
    return [to.short_cut(x), to.split(to.split(x, to.stride))]


def _j30(to: _Layers, x: int) -> list[int]:
    return [to.short_cut(x), to.split(to.conv_relu(x, 3, to.stride))]


def _g30(to: _Layers, x: int) -> list[int]:
    first = to.split(x, to.stride)
    second = to.split(to.build.add(to.short_cut(x), first))
    return [first, to.conv(second, 1)]


def _r30(to: _Layers, x: int) -> list[int]:
    first = to.split(x, to.stride)
    second = to.conv(to.build.add(to.short_cut(x), first), 1)
    return [to.short_cut(x), second, to.split(first)]


def _l20(to: _Layers, x: int) -> list[int]:
    return [to.conv(to.conv_relu(x, 3, to.stride), 1)]


def _t20(to: _Layers, x: int) -> list[int]:
    return [to.conv(x, 1, to.stride), to.split(x, to.stride)]


def _t31(to: _Layers, x: int) -> list[int]:
    second = to.conv_relu(to.split(x, to.stride), 1)
    third = to.split(to.build.add(to.short_cut(x), second))
    return [to.short_cut(x), second, third]


def _src0(to: _Layers, x: int) -> list[int]:
    first = to.conv_relu(x, 1, to.stride)
    return [first, to.conv(to.conv_relu(first, 3), 3)]


def _src1(to: _Layers, x: int) -> list[int]:
    narrow = to.conv_relu(x, 3, channels=to.build.shapes[x][0])
    return [to.conv_relu(x, 1, to.stride), to.conv(narrow, 3, to.stride)]


def _src3(to: _Layers, x: int) -> list[int]:
    narrow = to.conv_relu(x, 1, channels=to.build.shapes[x][0])
    return [to.conv(x, 1, to.stride), to.conv(to.conv_relu(narrow, 3, to.stride), 1)]


def _src7(to: _Layers, x: int) -> list[int]:
    first = to.conv(x, 1, to.stride)
    return [first, to.split(to.split(first))]


def _src8(to: _Layers, x: int) -> list[int]:
    first = to.conv(x, 1, to.stride)
    return [first, to.conv(to.split(first), 1)]


_SUMMANDS: dict[str, Callable[[_Layers, int], list[int]]] = {
    "a22": _a22,
    "z": _z,
    "b23": _b23,
    "j30": _j30,
    "g30": _g30,
    "r30": _r30,
    "l20": _l20,
    "t20": _t20,
    "t31": _t31,
    "src0": _src0,
    "src1": _src1,
    "src3": _src3,
    "src7": _src7,
    "src8": _src8,
}
"""Function that adds the summands of each kind of block."""

BLOCKS = tuple(_SUMMANDS)
"""Kinds of blocks."""


@dataclass(frozen=True)
class HiAMLArchitecture:
    """An architecture: the kind of the blocks of each stage, one of `BLOCKS`."""

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
    """HiAML for CIFAR-10 images."""

    name = "hiaml"
    size = len(BLOCKS) ** STAGES

    def enumerate(self) -> Iterator[HiAMLArchitecture]:
        """Iterate over all 38,416 architectures."""
        return map(HiAMLArchitecture, product(BLOCKS, repeat=STAGES))

    def sample(self, rng: np.random.Generator) -> HiAMLArchitecture:
        """Draw a random architecture, each block with equal probability."""
        return HiAMLArchitecture(tuple(BLOCKS[i] for i in rng.integers(len(BLOCKS), size=STAGES)))

    def neighbours(self, architecture: HiAMLArchitecture) -> list[HiAMLArchitecture]:
        """List the 52 architectures that differ in one stage."""
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
        """Write the line that `parse` reads."""
        return "-".join(architecture.blocks)

    def graph(self, architecture: HiAMLArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, stride=2, activation=Op.RELU)
        for stage, block in enumerate(architecture.blocks):
            for position in range(_BLOCKS_PER_STAGE):
                widens = position == 0 and stage in _WIDENING_STAGES
                x = add_block(build, x, block, widens)
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


@cached_block
def add_block(build: GraphBuilder, x: int, block: str, widens: bool) -> int:
    """Add a block.

    Args:
        build: Builder of the network.
        x: Input of the block.
        block: Kind of the block, one of `BLOCKS`.
        widens: Whether the block halves the size and doubles the channels.

    Returns:
        The ReLU of the sum that the block computes.
    """
    channels = build.shapes[x][0]
    layers = _Layers(build, 2 * channels, 2) if widens else _Layers(build, channels, 1)
    return build.relu(build.add(*_SUMMANDS[block](layers, x)))
