"""PiT: transformers whose map of tokens shrinks between stages.

Source: Heo et al., "Rethinking Spatial Dimensions of Vision Transformers" (ICCV 2021), as it
is in timm. Overlapping patches of 16 pixels, one every 8, are embedded; positions and a class
token are learned. Between stages a depthwise 3x3 convolution of stride 2 makes the map
smaller and wider, and a linear layer widens the class token.
"""

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


def pooling_transformer(
    build: GraphBuilder, resolution: int, stages: tuple[PiTStage, ...], mlp_ratio: int, classes: int
) -> None:
    """Add a whole network.

    Args:
        build: Where to add it.
        resolution: Height and width of its images, at least 16.
        stages: Its stages, from input to output; the width of each, heads times head width, is
            a multiple of the one before.
        mlp_ratio: Channels inside a perceptron for each of its input.
        classes: Outputs of its classifier.
    """
    x = build.input((3, resolution, resolution))
    for number, stage in enumerate(stages):
        width = stage.heads * stage.head_width
        if number:
            token = build.linear(token, width)
            x = build.conv(x, width, kernel=3, stride=2, groups=build.shapes[x][0], bias=True)
        else:
            x = build.conv(x, width, _PATCH, _STRIDE, bias=True, padding=(0, 0))
            x = learned_map(build, x)
            token = learned_token(build, width)
        _, *size = build.shapes[x]
        y = joined_tokens(build, token, tokens_of(build, x))
        for _ in range(stage.depth):
            y = transformer_layer(build, y, stage.heads, mlp_ratio * width)
        token = some_tokens(build, y, 0, 1)
        x = map_of(build, some_tokens(build, y, 1, build.shapes[y][1]), *size)
    y = build.flatten(layer_norm(build, token))
    build.output(build.linear(y, classes))
