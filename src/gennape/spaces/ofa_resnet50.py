"""OFA-ResNet50: the sub-networks of Once-for-All's ResNet-50D supernet.

Source: Cai et al., "Once-for-All" (ICLR 2020) and its supernet
`ofa_resnet50_d0-1-2_e0.2-0.25-0.35_w0.65-0.8-1.0`. The network is a stem of two 3x3
convolutions, the first of stride 2, with a residual one between them or not; a max pool;
four stages of bottlenecks; global average pool and a linear layer. The first bottleneck
of a stage has an average pool and a 1x1 convolution on its short cut. Of full width, with
3, 4, 6 and 3 bottlenecks of expansion 25, it is ResNet-50D but for the residual in its stem.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from math import prod
from typing import NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.mobile import make_divisible
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

WIDTHS = (65, 80, 100)
"""Channels of the stem or of a stage in percent of the full width."""

EXPANSIONS = (20, 25, 35)
"""Channels between the convolutions of a bottleneck in percent of its output channels."""

DEPTHS = ((2, 3, 4), (2, 3, 4), (4, 5, 6), (2, 3, 4))
"""Numbers of bottlenecks that each stage may have."""

_LINE = f"w{NUMBER}(?:-r)?-w{NUMBER}/" + some(f"w{NUMBER}(?:-e{NUMBER})+", "/")
_STEM_CHANNELS = 64
_CHANNELS = (256, 512, 1024, 2048)
_STRIDES = (1, 2, 2, 2)


class OFAResNetStem(NamedTuple):
    """Widths of the first and the last convolution, and whether there is one between them."""

    first_width: int
    residual: bool
    width: int


class OFAResNetStage(NamedTuple):
    """The width of a stage and the expansion of each of its bottlenecks."""

    width: int
    expansions: tuple[int, ...]


STEMS = tuple(map(OFAResNetStem._make, product(WIDTHS, (False, True), WIDTHS)))


@dataclass(frozen=True)
class OFAResNet50Architecture:
    """An architecture of a stem and four stages.

    In the stem, 65 and 80 percent as the first width give the same 24 channels.
    """

    stem: OFAResNetStem
    stages: tuple[OFAResNetStage, ...]

    def __post_init__(self) -> None:
        check_depths("OFA-ResNet50", [len(stage.expansions) for stage in self.stages], DEPTHS)
        for width in (self.stem.first_width, self.stem.width, *(s.width for s in self.stages)):
            if width not in WIDTHS:
                raise ArchitectureError(f"a width of OFA-ResNet50 is 65, 80 or 100, not {width}")
        for expansion in chain(*(stage.expansions for stage in self.stages)):
            if expansion not in EXPANSIONS:
                raise ArchitectureError(
                    f"an expansion of OFA-ResNet50 is 20, 25 or 35, not {expansion}"
                )


class OFAResNet50(SearchSpace[OFAResNet50Architecture]):
    """OFA-ResNet50 for ImageNet images."""

    name = "ofa_resnet50"
    size = len(STEMS) * prod(
        len(WIDTHS) * sum(len(EXPANSIONS) ** depth for depth in depths) for depths in DEPTHS
    )
    default_classes = 1000
    default_resolution = 224

    def sample(self, rng: np.random.Generator) -> OFAResNet50Architecture:
        """Draw a random architecture: every stem, width, depth and expansion equally often."""
        stem = STEMS[rng.integers(len(STEMS))]
        widths = [WIDTHS[i] for i in rng.integers(len(WIDTHS), size=len(DEPTHS))]
        return OFAResNet50Architecture(
            stem,
            tuple(
                OFAResNetStage(width, sample_blocks(EXPANSIONS, depths, rng))
                for width, depths in zip(widths, DEPTHS, strict=True)
            ),
        )

    def neighbours(self, architecture: OFAResNet50Architecture) -> list[OFAResNet50Architecture]:
        """List all with another width or expansion, another depth by one, or another stem."""
        stem, stages = architecture.stem, architecture.stages
        near_stems = one_changed(stem, (WIDTHS, (False, True), WIDTHS))
        near_stages = [
            [OFAResNetStage._make(changed) for changed in _near(stage, depths)]
            for stage, depths in zip(stages, DEPTHS, strict=True)
        ]
        return [
            *(OFAResNet50Architecture(OFAResNetStem._make(s), stages) for s in near_stems),
            *(OFAResNet50Architecture(stem, s) for s in one_changed(stages, near_stages)),
        ]

    def parse(self, text: str) -> OFAResNet50Architecture:
        """Read a stem and four stages such as `w65-r-w80/w100-e20-e35/...`.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        smallest = OFAResNet50Architecture(
            OFAResNetStem(65, True, 80),
            tuple(OFAResNetStage(100, (25,) * min(depths)) for depths in DEPTHS),
        )
        stem, *stages = split_stages(
            text,
            _LINE,
            "OFA-ResNet50",
            f"{self.format(smallest)} (a stem and four stages; w is a width and e the expansion "
            "of a block in percent, r the residual convolution of the stem)",
        )
        first_width, width = numbers(stem)
        return OFAResNet50Architecture(
            OFAResNetStem(first_width, "r" in stem, width),
            tuple(
                OFAResNetStage(width, tuple(expansions))
                for width, *expansions in map(numbers, stages)
            ),
        )

    def format(self, architecture: OFAResNet50Architecture) -> str:
        """Write the line that `parse` reads."""
        first_width, residual, width = architecture.stem
        stages = (
            "-".join([f"w{stage.width}", *(f"e{expansion}" for expansion in stage.expansions)])
            for stage in architecture.stages
        )
        return "/".join([f"w{first_width}-{'r-' if residual else ''}w{width}", *stages])

    def graph(self, architecture: OFAResNet50Architecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = build.max_pool(_stem(build, x, architecture.stem), kernel=3, stride=2, padding=1)
        for stage, channels, first_stride in zip(
            architecture.stages, _CHANNELS, _STRIDES, strict=True
        ):
            for position, expansion in enumerate(stage.expansions):
                stride = first_stride if position == 0 else 1
                x = _bottleneck(build, x, _scaled(channels, stage.width), expansion, stride)
        x = build.flatten(build.global_avg_pool(x))
        build.output(build.linear(x, self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _near(stage: OFAResNetStage, depths: Sequence[int]) -> Iterator[tuple[object, ...]]:
    """Iterate over the stages one change away."""
    expansions = stage.expansions
    near = [
        *one_changed(expansions, (EXPANSIONS,) * len(expansions)),
        *one_more_or_less(expansions, EXPANSIONS, depths),
    ]
    return one_changed(stage, (WIDTHS, near))


def _scaled(channels: int, percent: int) -> int:
    return make_divisible(channels * percent / 100)


def _stem(build: GraphBuilder, x: int, stem: OFAResNetStem) -> int:
    first = make_divisible(_scaled(_STEM_CHANNELS, stem.first_width) // 2)
    x = conv_bn(build, x, first, kernel=3, stride=2, activation=Op.RELU)
    if stem.residual:
        x = build.add(x, conv_bn(build, x, first, kernel=3, activation=Op.RELU))
    last = _scaled(_STEM_CHANNELS, stem.width)
    return conv_bn(build, x, last, kernel=3, activation=Op.RELU)


def _bottleneck(build: GraphBuilder, x: int, channels: int, expansion: int, stride: int) -> int:
    middle = make_divisible(round(channels * expansion / 100))
    y = conv_bn(build, x, middle, activation=Op.RELU)
    y = conv_bn(build, y, middle, kernel=3, stride=stride, activation=Op.RELU)
    y = conv_bn(build, y, channels)
    if build.shapes[x] != build.shapes[y]:
        if stride > 1:
            x = build.avg_pool(x, kernel=stride, stride=stride, cut_last=True)
        x = conv_bn(build, x, channels)
    return build.relu(build.add(x, y))
