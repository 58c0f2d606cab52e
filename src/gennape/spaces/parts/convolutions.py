"""Layers that many families are made of: a convolution or a pool, then batch norm."""

from gennape.graph import GraphBuilder, Op, cached_block

Size = int | tuple[int, int]
"""Of a kernel or a stride: one number, or height and width."""


@cached_block
def conv_bn(
    build: GraphBuilder,
    x: int,
    channels: int,
    kernel: Size = 1,
    stride: Size = 1,
    groups: int = 1,
    activation: Op | None = None,
    bias: bool = False,
) -> int:
    """A convolution, batch norm and, where given, an activation."""
    x = build.batch_norm(build.conv(x, channels, kernel, stride, groups, bias=bias))
    return x if activation is None else build.activation(activation, x)


def split_conv(
    build: GraphBuilder,
    x: int,
    channels: int,
    kernel: int,
    strides: tuple[Size, Size],
    activation: Op,
    bias: bool = False,
) -> int:
    """A square kernel split in two layers: one row, then one column.

    Args:
        build: Where to add them.
        x: Their input.
        channels: Of both.
        kernel: Length of the row and of the column.
        strides: Of the row and of the column.
        activation: After each.
        bias: Whether they add one.
    """
    row, column = strides
    x = conv_bn(build, x, channels, (1, kernel), row, activation=activation, bias=bias)
    return conv_bn(build, x, channels, (kernel, 1), column, activation=activation, bias=bias)


def pool_bn(build: GraphBuilder, x: int, op: Op) -> int:
    """A 3x3 pool that keeps the size, and batch norm.

    Args:
        build: Where to add them.
        x: Their input.
        op: `Op.MAX_POOL` or `Op.AVG_POOL`; an average leaves the padding out.
    """
    if op is Op.MAX_POOL:
        return build.batch_norm(build.max_pool(x, kernel=3, stride=1, padding=1))
    x = build.avg_pool(x, kernel=3, stride=1, padding=1, count_padding=False)
    return build.batch_norm(x)
