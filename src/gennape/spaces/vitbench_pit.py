"""ViT-Bench-101's PiT networks: pooling-based vision transformers of three stages.

Sources: Wei et al., "Auto-Prox: Training-Free Vision Transformer Architecture Search via
Automatic Proxy Discovery" (AAAI 2024), whose benchmark it is; Heo et al., "Rethinking Spatial
Dimensions of Vision Transformers" (ICCV 2021), as it is in timm. Overlapping patches of 16 pixels,
one every 8, are embedded; positions and a class token are learned. Between stages a depthwise 3x3
convolution of stride 2 makes the map smaller and wider, and a linear layer widens the class token.
The heads of a stage are at least those of the stage before, since the convolution between them
widens each channel alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from typing import NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.stages import NUMBER, numbers, one_changed, split_stages
from gennape.spaces.parts.transformers import (
    joined_tokens,
    layer_norm,
    learned_map,
    learned_token,
    map_of,
    some_tokens,
    tokens_of,
    transformer_layer,
)

HEAD_WIDTHS = (16, 24, 32, 40)
"""Channels that a head may have, equal in all stages."""

MLP_RATIOS = (2, 4, 6, 8)
"""Ratios of the channels inside a perceptron to its input, equal in all stages."""

DEPTHS = ((1, 2, 3), (4, 6, 8), (2, 4, 6))
"""Numbers of layers that each stage may have."""

HEADS = (2, 4, 8)
"""Numbers of heads that a stage may have."""

_PATCH, _STRIDE = 16, 8
_STAGE = f"d{NUMBER}h{NUMBER}"
_LINE = f"w{NUMBER}m{NUMBER}" + f"-{_STAGE}" * len(DEPTHS)


class PiTStage(NamedTuple):
    """A stage of equal transformer layers.

    Attributes:
        depth: Number of layers.
        heads: Heads of their attention.
        head_width: Channels of each head.
    """

    depth: int
    heads: int
    head_width: int

    @property
    def width(self) -> int:
        """Channels of a token."""
        return self.heads * self.head_width


@dataclass(frozen=True)
class PiTArchitecture:
    """An architecture.

    Attributes:
        head_width: Channels of a head.
        mlp_ratio: Ratio of the channels inside a perceptron to its input.
        depths: Layers of each stage.
        heads: Heads of each stage, never fewer than before.
    """

    head_width: int
    mlp_ratio: int
    depths: tuple[int, ...]
    heads: tuple[int, ...]

    def __post_init__(self) -> None:
        values = (self.head_width, self.mlp_ratio, *self.depths, *self.heads)
        if (len(self.depths), len(self.heads)) != (len(DEPTHS), len(DEPTHS)):
            raise ArchitectureError(
                f"ViT-Bench's PiT has {len(DEPTHS)} stages, "
                f"not depths of {len(self.depths)} and heads of {len(self.heads)}"
            )
        for field, value, allowed in zip(_NAMES, values, _OPTIONS, strict=True):
            if value not in allowed:
                options = " or ".join(map(str, allowed))
                raise ArchitectureError(f"{field} of ViT-Bench's PiT is {options}, not {value}")
        if list(self.heads) != sorted(self.heads):
            raise ArchitectureError(
                "a stage of ViT-Bench's PiT has at least the heads of the one before, "
                f"not {', '.join(map(str, self.heads))}"
            )


_NAMES = (
    "head width",
    "MLP ratio",
    *(f"depth of stage {number}" for number in (1, 2, 3)),
    *(f"number of heads of stage {number}" for number in (1, 2, 3)),
)
_OPTIONS = (HEAD_WIDTHS, MLP_RATIOS, *DEPTHS, *(HEADS,) * len(DEPTHS))


class ViTBenchPiT(SearchSpace[PiTArchitecture]):
    """ViT-Bench-101's PiT; `classes` is 100, 102 or 4 for CIFAR-100, Flowers-102 and Chaoyang."""

    name = "vitbench_pit"
    size = 4_320
    default_classes = 100
    default_resolution = 224

    def enumerate(self) -> Iterator[PiTArchitecture]:
        """Iterate over all 4,320 architectures."""
        heads = combinations_with_replacement(HEADS, len(DEPTHS))
        every = product(HEAD_WIDTHS, MLP_RATIOS, product(*DEPTHS), heads)
        return (PiTArchitecture(*values) for values in every)

    def sample(self, rng: np.random.Generator) -> PiTArchitecture:
        """Draw a random architecture, each with equal probability."""
        heads = list(combinations_with_replacement(HEADS, len(DEPTHS)))
        return PiTArchitecture(
            HEAD_WIDTHS[rng.integers(len(HEAD_WIDTHS))],
            MLP_RATIOS[rng.integers(len(MLP_RATIOS))],
            tuple(options[rng.integers(len(options))] for options in DEPTHS),
            heads[rng.integers(len(heads))],
        )

    def neighbours(self, architecture: PiTArchitecture) -> list[PiTArchitecture]:
        """List the architectures that differ in one value."""
        values = (
            architecture.head_width,
            architecture.mlp_ratio,
            *architecture.depths,
            *architecture.heads,
        )
        near = map(_grouped, one_changed(values, _OPTIONS))
        return [PiTArchitecture(*parts) for parts in near if list(parts[-1]) == sorted(parts[-1])]

    def parse(self, text: str) -> PiTArchitecture:
        """Read a line such as `w32m4-d2h2-d6h4-d4h8`.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        (line,) = split_stages(
            text,
            _LINE,
            "ViT-Bench PiT",
            "w32m4-d2h2-d6h4-d4h8 (w is the width of a head, m the ratio of the perceptrons, d "
            "the depth and h the heads of a stage)",
        )
        width, ratio, *stages = numbers(line)
        return PiTArchitecture(width, ratio, tuple(stages[::2]), tuple(stages[1::2]))

    def format(self, architecture: PiTArchitecture) -> str:
        """Write the line that `parse` reads."""
        stages = zip(architecture.depths, architecture.heads, strict=True)
        first = f"w{architecture.head_width}m{architecture.mlp_ratio}"
        return "-".join([first, *(f"d{depth}h{heads}" for depth, heads in stages)])

    def graph(self, architecture: PiTArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        stages = tuple(
            PiTStage(depth, heads, architecture.head_width)
            for depth, heads in zip(architecture.depths, architecture.heads, strict=True)
        )
        write_pooling_transformer(
            build,
            stages,
            resolution=self.resolution,
            mlp_ratio=architecture.mlp_ratio,
            classes=self.classes,
        )
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _grouped(values: tuple[int, ...]) -> tuple[int, int, tuple[int, ...], tuple[int, ...]]:
    """Group values into head width, ratio, depths and heads."""
    width, ratio, *stages = values
    return width, ratio, tuple(stages[: len(DEPTHS)]), tuple(stages[len(DEPTHS) :])


def write_pooling_transformer(
    build: GraphBuilder,
    stages: Sequence[PiTStage],
    *,
    resolution: int,
    mlp_ratio: int,
    classes: int,
) -> None:
    """Write a whole network.

    Args:
        build: An empty builder.
        stages: Its stages, from input to output; the width of each is a multiple of that of
            the one before.
        resolution: Height and width of its images, at least 16.
        mlp_ratio: Ratio of the channels inside a perceptron to its input.
        classes: Outputs of its classifier.
    """
    first, *others = stages
    x = build.input((3, resolution, resolution))
    x = build.conv(x, first.width, _PATCH, _STRIDE, bias=True, padding=(0, 0))
    x, token = learned_map(build, x), learned_token(build, first.width)
    x, token = _layers(build, x, token, first, mlp_ratio)
    for stage in others:
        groups = build.shapes[x][0]
        x = build.conv(x, stage.width, kernel=3, stride=2, groups=groups, bias=True)
        x, token = _layers(build, x, build.linear(token, stage.width), stage, mlp_ratio)
    build.output(build.linear(build.flatten(layer_norm(build, token)), classes))


def _layers(
    build: GraphBuilder, x: int, token: int, stage: PiTStage, mlp_ratio: int
) -> tuple[int, int]:
    """Add the layers of a stage to a map and a class token, and return both."""
    channels, height, width = build.shapes[x]
    y = joined_tokens(build, token, tokens_of(build, x))
    for _ in range(stage.depth):
        y = transformer_layer(build, y, stage.heads, mlp_ratio * channels)
    places = some_tokens(build, y, 1, 1 + height * width)
    return map_of(build, places, height, width), some_tokens(build, y, 0, 1)
