"""The operations of Two-Path.

Those that count as convolutions, C being the channels they read:

- `c3`, `c5`: 3x3, 5x5
- `d3`: 3x3 to C channels, then 3x3
- `r2k3`, `r4k3`, `e2k3`: a bottleneck of two 3x3 with C/2, C/4 or 2C channels between them
- `s3`, `s5`: 1x3 then 3x1, 1x5 then 5x1

Support: `c1`, 1x1; `r2k1`, `e2k1`, bottlenecks of two 1x1; `avg` and `max`, a 3x3 pool and
batch norm. The first of two convolutions takes the stride. All are followed by batch norm
and, but for those of bottlenecks, by ReLU6.

Source: the code of Mills et al., "GENNAPE" (AAAI 2023). Its bottlenecks have a ReLU6 behind
each convolution in PyTorch and none in TensorFlow. The published graphs, of 67 nodes in
the mean, come from TensorFlow, and with these activations there would be 76. An average
leaves the padding out, as it does there.
"""

from functools import partial

from gennape.graph import GraphBuilder, Op
from gennape.spaces.parts.convolutions import conv_bn, pool_bn, split_conv
from gennape.spaces.parts.series import Vocabulary


def _conv(build: GraphBuilder, x: int, channels: int, stride: int, kernel: int) -> int:
    return conv_bn(build, x, channels, kernel, stride, activation=Op.RELU6)


def _double(build: GraphBuilder, x: int, channels: int, stride: int) -> int:
    x = _conv(build, x, build.shapes[x][0], stride, kernel=3)
    return _conv(build, x, channels, 1, kernel=3)


def _bottleneck(
    build: GraphBuilder, x: int, channels: int, stride: int, ratio: float, kernel: int
) -> int:
    between = int(build.shapes[x][0] * ratio)
    x = conv_bn(build, x, between, kernel, stride)
    return conv_bn(build, x, channels, kernel)


def _split(build: GraphBuilder, x: int, channels: int, stride: int, kernel: int) -> int:
    return split_conv(build, x, channels, kernel, (stride, 1), Op.RELU6)


def _pool(build: GraphBuilder, x: int, channels: int, stride: int, op: Op) -> int:
    return pool_bn(build, x, op)


VOCABULARY = Vocabulary(
    "Two-Path",
    convolutions={
        "c3": partial(_conv, kernel=3),
        "d3": _double,
        "c5": partial(_conv, kernel=5),
        "r2k3": partial(_bottleneck, ratio=1 / 2, kernel=3),
        "r4k3": partial(_bottleneck, ratio=1 / 4, kernel=3),
        "e2k3": partial(_bottleneck, ratio=2, kernel=3),
        "s3": partial(_split, kernel=3),
        "s5": partial(_split, kernel=5),
    },
    support={
        "c1": partial(_conv, kernel=1),
        "r2k1": partial(_bottleneck, ratio=1 / 2, kernel=1),
        "e2k1": partial(_bottleneck, ratio=2, kernel=1),
        "avg": partial(_pool, op=Op.AVG_POOL),
        "max": partial(_pool, op=Op.MAX_POOL),
    },
)
