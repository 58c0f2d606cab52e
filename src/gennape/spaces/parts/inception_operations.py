"""Operations of the Inception family.

Those that count as convolutions:

- `c3`, `c5`: 3x3, 5x5
- `s3`, `s5`: 1x3 then 3x1, 1x5 then 5x1, with the stride along the width, then the height
- `p3`, `p5`: half of the channels by 1x3, beside them the other half by 3x1; with a stride
  each half continues with the other kernel, so that each takes the stride along both sides
- `dw3`, `dw5`: depthwise 3x3 and 5x5, behind a bare 1x1 where the channels change

Support: `c1`, 1x1; `d1`, two 1x1; `avg` and `max`, a 3x3 pool and batch norm. Convolutions
have a bias and batch norm, and ReLU6 at their end; the halves of `p3` and `p5` have it
once behind their concatenation.

Source: the TensorFlow code of Mills et al., "GENNAPE" (AAAI 2023). An average leaves the
padding out, as it does there.
"""

from functools import partial

from gennape.graph import GraphBuilder, Op
from gennape.spaces.parts.convolutions import conv_bn, pool_bn, split_conv
from gennape.spaces.parts.series import Vocabulary


def _conv(build: GraphBuilder, x: int, channels: int, stride: int, kernel: int) -> int:
    return conv_bn(build, x, channels, kernel=kernel, stride=stride, activation=Op.RELU6, bias=True)


def _double(build: GraphBuilder, x: int, channels: int, stride: int) -> int:
    return _conv(build, _conv(build, x, channels, 1, kernel=1), channels, stride, kernel=1)


def _split(build: GraphBuilder, x: int, channels: int, stride: int, kernel: int) -> int:
    strides = (1, stride), (stride, 1)
    return split_conv(
        build, x, channels, kernel=kernel, strides=strides, activation=Op.RELU6, bias=True
    )


def _parallel(build: GraphBuilder, x: int, channels: int, stride: int, kernel: int) -> int:
    row = partial(conv_bn, build, kernel=(1, kernel), stride=(1, stride), bias=True)
    column = partial(conv_bn, build, kernel=(kernel, 1), stride=(stride, 1), bias=True)
    half = channels // 2
    left = row(x, half)
    right = column(x, channels - half)
    if stride > 1:
        left = column(left, half)
        right = row(right, channels - half)
    return build.activation(Op.RELU6, build.concat(left, right))


def _depthwise(build: GraphBuilder, x: int, channels: int, stride: int, kernel: int) -> int:
    if build.shapes[x][0] != channels:
        x = build.conv(x, channels)
    return conv_bn(
        build,
        x,
        channels,
        kernel=kernel,
        stride=stride,
        groups=channels,
        activation=Op.RELU6,
        bias=True,
    )


def _pool(build: GraphBuilder, x: int, channels: int, stride: int, op: Op) -> int:
    return pool_bn(build, x, op)


VOCABULARY = Vocabulary(
    "Inception",
    convolutions={
        "c3": partial(_conv, kernel=3),
        "c5": partial(_conv, kernel=5),
        "s3": partial(_split, kernel=3),
        "s5": partial(_split, kernel=5),
        "p3": partial(_parallel, kernel=3),
        "p5": partial(_parallel, kernel=5),
        "dw3": partial(_depthwise, kernel=3),
        "dw5": partial(_depthwise, kernel=5),
    },
    support={
        "c1": partial(_conv, kernel=1),
        "d1": _double,
        "avg": partial(_pool, op=Op.AVG_POOL),
        "max": partial(_pool, op=Op.MAX_POOL),
    },
)

_POOLS = ("avg", "max")


def changes_channels(operation: str) -> bool:
    """Tell whether an operation can have other output channels than input channels."""
    return operation not in _POOLS
