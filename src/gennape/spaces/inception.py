"""Inception: deep networks of blocks of one to four parallel paths.

Source: Mills et al., "GENNAPE" (AAAI 2023) and its code. The network is a 3x3 convolution
to 32 channels; four stages of equal blocks with 32, 64, 128 and 256 channels, of which
the last three begin with stride 2; a 3x3 convolution to 512 channels, global average pool
and a linear layer. The first operation of a path that can change the channels makes those
inside, the last one those of its end; its first convolution takes the stride. The ends
are concatenated, projected by a 1x1 convolution where they are more than the block's
channels, and added to the block's input where the shapes agree. Convolutions have a bias
and batch norm, and ReLU6 but for projections.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.inception_operations import VOCABULARY, changes_channels
from gennape.spaces.parts.inception_stages import (
    InceptionPath,
    InceptionStage,
    check_stage,
    count_stages,
    near_stages,
    sample_stage,
)
from gennape.spaces.parts.stages import NUMBER, numbers, one_changed, some, split_stages

CHANNELS = (32, 64, 128, 256)
"""Channels of the blocks of each stage."""

_PATH = some(r"[a-z]\w*", r"\+") + f"={NUMBER}(?:i{NUMBER})?"
_LINE = some(f"n{NUMBER}-" + some(_PATH, "-"), "/")
_EXAMPLE = "n2-c3=32/n3-s3+c1=32-dw5=32/n2-p3+max+c3=128i64/n6-d1+c5=128-avg+s5=128"
_STEM_CHANNELS = 32
_HEAD_CHANNELS = 512


@dataclass(frozen=True)
class InceptionArchitecture:
    """An architecture of four stages."""

    stages: tuple[InceptionStage, ...]

    def __post_init__(self) -> None:
        if len(self.stages) != len(CHANNELS):
            raise ArchitectureError(f"Inception has {len(CHANNELS)} stages, not {len(self.stages)}")
        for stage, channels in zip(self.stages, CHANNELS, strict=True):
            check_stage(stage, channels)


class Inception(SearchSpace[InceptionArchitecture]):
    """Inception for CIFAR-10 images.

    The size counts descriptions: a block with its paths in another order counts again.
    """

    name = "inception"
    size = prod(map(count_stages, CHANNELS))

    def sample(self, rng: np.random.Generator) -> InceptionArchitecture:
        """Draw a random architecture with the probabilities of `sample_stage`."""
        return InceptionArchitecture(tuple(sample_stage(channels, rng) for channels in CHANNELS))

    def neighbours(self, architecture: InceptionArchitecture) -> list[InceptionArchitecture]:
        """List the architectures with one change of `near_stages` in one stage."""
        return list(map(InceptionArchitecture, _near(architecture)))

    def mutate(
        self, architecture: InceptionArchitecture, rng: np.random.Generator
    ) -> InceptionArchitecture:
        """Draw a random neighbour; only this one of the hundreds is constructed."""
        near = _near(architecture)
        return InceptionArchitecture(near[rng.integers(len(near))])

    def parse(self, text: str) -> InceptionArchitecture:
        """Read four stages such as `n3-c3+s5=64i32-avg+dw3=32-d1+c5=32`.

        A stage is a number of blocks and the paths of each: operations, the channels they
        result in and, where they are others, the channels inside.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        stages = split_stages(
            text,
            _LINE,
            "Inception",
            f"{_EXAMPLE} (four stages of n equal blocks; their paths are operations of "
            f"{', '.join(VOCABULARY.operations)}, then output channels and, after i, others "
            "inside)",
        )
        return InceptionArchitecture(tuple(map(_parse_stage, stages)))

    def format(self, architecture: InceptionArchitecture) -> str:
        """Write the line that `parse` reads."""
        return "/".join(
            "-".join([f"n{stage.depth}", *map(_format_path, stage.paths)])
            for stage in architecture.stages
        )

    def graph(self, architecture: InceptionArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, activation=Op.RELU6, bias=True)
        for number, (stage, channels) in enumerate(zip(architecture.stages, CHANNELS, strict=True)):
            for position in range(stage.depth):
                stride = 2 if number > 0 and position == 0 else 1
                x = _add_block(build, x, stage, channels, stride)
        x = conv_bn(build, x, _HEAD_CHANNELS, kernel=3, activation=Op.RELU6, bias=True)
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _near(architecture: InceptionArchitecture) -> list[tuple[InceptionStage, ...]]:
    near = list(map(near_stages, architecture.stages, CHANNELS))
    return list(one_changed(architecture.stages, near))


def _parse_stage(text: str) -> InceptionStage:
    depth, *paths = text.split("-")
    return InceptionStage(int(depth[1:]), tuple(map(_parse_path, paths)))


def _parse_path(text: str) -> InceptionPath:
    operations, _, widths = text.partition("=")
    channels, *inner = numbers(widths)
    return InceptionPath(tuple(operations.split("+")), channels, *(inner or [channels]))


def _format_path(path: InceptionPath) -> str:
    inner = f"i{path.inner}" if path.inner != path.channels else ""
    return f"{'+'.join(path.operations)}={path.channels}{inner}"


def _add_block(
    build: GraphBuilder, x: int, stage: InceptionStage, channels: int, stride: int
) -> int:
    """Add a block of a stage and return its output."""
    y = build.concat(*(_add_path(build, x, path, stride) for path in stage.paths))
    if build.shapes[y][0] != channels:
        y = conv_bn(build, y, channels, bias=True)
    return build.add(x, y) if build.shapes[x] == build.shapes[y] else y


def _add_path(build: GraphBuilder, x: int, path: InceptionPath, stride: int) -> int:
    """Add a path of a block and return its output."""
    strided = VOCABULARY.first_convolution(path.operations)
    changing = [i for i, name in enumerate(path.operations) if changes_channels(name)]
    widths = {changing[0]: path.inner} | {changing[-1]: path.channels}
    for place, name in enumerate(path.operations):
        channels = widths.get(place, build.shapes[x][0])
        x = VOCABULARY.operations[name](build, x, channels, stride if place == strided else 1)
    return x
