"""The convolutions of cell-based families: ReLU first, then convolution and batch norm."""

from gennape.graph import GraphBuilder, cached_block


@cached_block
def relu_conv_bn(
    build: GraphBuilder, x: int, channels: int, kernel: int = 1, stride: int = 1
) -> int:
    """ReLU, a convolution without bias and batch norm."""
    return build.batch_norm(build.conv(build.relu(x), channels, kernel, stride))


@cached_block
def factorized_reduce(build: GraphBuilder, x: int, channels: int) -> int:
    """A skip connection of stride 2 (Liu et al., "DARTS", ICLR 2019).

    Two 1x1 convolutions of stride 2 make half of the channels each. The second one starts
    at the second row and column, so that together they see a pixel of every row. A last
    row and column of zeros make odd sizes even.
    """
    x = build.relu(x)
    _, height, width = build.shapes[x]
    even = build.pad(x, height % 2, width % 2) if height % 2 or width % 2 else x
    shifted = build.slice_from(build.slice_from(even, 2, 1), 3, 1)
    half = channels // 2
    halves = build.conv(x, half, stride=2), build.conv(shifted, channels - half, stride=2)
    return build.batch_norm(build.concat(*halves))
