"""Layers that many families have: a convolution or a pool, then batch norm."""

from gennape.graph import GraphBuilder, Op, cached_block

Size = int | tuple[int, int]
"""Size of a kernel or a stride: one number, or height and width."""


@cached_block
def conv_bn(
    build: GraphBuilder,
    x: int,
    channels: int,
    *,
    kernel: Size = 1,
    stride: Size = 1,
    groups: int = 1,
    activation: Op | None = None,
    bias: bool = False,
) -> int:
    """Add a convolution, batch norm and, where given, an activation."""
    x = build.batch_norm(build.conv(x, channels, kernel, stride, groups, bias=bias))
    return x if activation is None else build.activation(activation, x)


def split_conv(
    build: GraphBuilder,
    x: int,
    channels: int,
    *,
    kernel: int,
    strides: tuple[Size, Size],
    activation: Op,
    bias: bool = False,
) -> int:
    """Add a square kernel split into two layers, one row and one column.

    Args:
        build: Builder of the network.
        x: Input of the first layer.
        channels: Channels of both layers.
        kernel: Length of the row and of the column.
        strides: Strides of the row and of the column.
        activation: Activation after each layer.
        bias: Whether the layers have one.
    """
    row, column = strides
    x = conv_bn(
        build, x, channels, kernel=(1, kernel), stride=row, activation=activation, bias=bias
    )
    return conv_bn(
        build, x, channels, kernel=(kernel, 1), stride=column, activation=activation, bias=bias
    )


def pool_bn(build: GraphBuilder, x: int, op: Op) -> int:
    """Add a 3x3 pool that keeps the size, and batch norm.

    Args:
        build: Builder of the network.
        x: Input of the pool.
        op: `Op.MAX_POOL` or `Op.AVG_POOL`; an average leaves the padding out.
    """
    if op is Op.MAX_POOL:
        return build.batch_norm(build.max_pool(x, kernel=3, stride=1, padding=1))
    x = build.avg_pool(x, kernel=3, stride=1, padding=1, count_padding=False)
    return build.batch_norm(x)
