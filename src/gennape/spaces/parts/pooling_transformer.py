"""PiT: transformers whose map of tokens shrinks between stages.

Source: Heo et al., "Rethinking Spatial Dimensions of Vision Transformers" (ICCV 2021), as it
is in timm. Overlapping patches of 16 pixels, one every 8, are embedded; positions and a class
token are learned. Between stages a depthwise 3x3 convolution of stride 2 makes the map
smaller and wider, and a linear layer widens the class token.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gennape.graph import GraphBuilder
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

_PATCH, _STRIDE = 16, 8


class PiTStage(NamedTuple):
    """Equal transformer layers.

    Attributes:
        depth: How many.
        heads: Of their attention.
        head_width: Channels of each head.
    """

    depth: int
    heads: int
    head_width: int

    @property
    def width(self) -> int:
        """Channels of a token."""
        return self.heads * self.head_width


def pooling_transformer(
    build: GraphBuilder, resolution: int, stages: Sequence[PiTStage], mlp_ratio: int, classes: int
) -> None:
    """Add a whole network.

    Args:
        build: Where to add it.
        resolution: Height and width of its images, at least 16.
        stages: Its stages, from input to output; the width of each is a multiple of that of
            the one before.
        mlp_ratio: Channels inside a perceptron for each of its input.
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
    """The layers of a stage on the places of a map and a class token; both, after them."""
    channels, height, width = build.shapes[x]
    y = joined_tokens(build, token, tokens_of(build, x))
    for _ in range(stage.depth):
        y = transformer_layer(build, y, stage.heads, mlp_ratio * channels)
    places = some_tokens(build, y, 1, 1 + height * width)
    return map_of(build, places, height, width), some_tokens(build, y, 0, 1)
