"""Transformer layers on sequences of tokens, and the tokens of images.

Sources: Vaswani et al., "Attention Is All You Need" (NIPS 2017); Dosovitskiy et al., "An Image
is Worth 16x16 Words" (ICLR 2021). A sequence of N tokens of C channels has the shape (C, N, 1)
in a graph. The nodes, their order and their layouts are those that the PyTorch frontend finds
in the layers of timm.
"""

from math import sqrt
from typing import Any

from gennape.graph import GraphBuilder, Op, cached_block
from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS
from gennape.graph.node_writer import Shape


@cached_block
def transformer_layer(build: GraphBuilder, x: int, heads: int, hidden: int) -> int:
    """Add attention and a perceptron, each after layer norm and with a short cut.

    Args:
        build: Builder of the network.
        x: The tokens.
        heads: Number of heads of attention.
        hidden: Channels between the two linear layers of the perceptron.
    """
    channels = build.shapes[x][0]
    x = build.add(x, self_attention(build, layer_norm(build, x), heads))
    y = build.activation(Op.GELU, build.linear(layer_norm(build, x), hidden))
    return build.add(x, build.linear(y, channels))


def layer_norm(build: GraphBuilder, x: int) -> int:
    """Add layer norm over the channels with a learned scale and shift."""
    shape = build.shapes[x]
    return build.add_node(Op.LAYER_NORM, (x,), shape, WITH_BIAS, 2 * shape[0])


def self_attention(build: GraphBuilder, x: int, heads: int) -> int:
    """Add scaled dot products of queries, keys and values, all linear in the tokens."""
    channels, tokens, _ = build.shapes[x]
    width = channels // heads
    joined = build.add_node(
        Op.RESHAPE,
        (build.linear(x, 3 * channels),),
        (width, tokens, 3 * heads),
        shape=[tokens, 3, heads, width],
    )
    joined = build.add_node(
        Op.TRANSPOSE, (joined,), (width, 3, heads * tokens), dims=[2, 0, 3, 1, 4]
    )
    query, key = (_part(build, joined, number, heads, tokens) for number in (0, 1))
    scores = (tokens, heads, tokens)
    y = build.add_node(Op.MATMUL, (query, key), scores, _summed(width), transposed=True)
    y = build.add_node(Op.SCALE, (y,), scores, scale=1 / sqrt(width))
    y = build.add_node(Op.SOFTMAX, (y,), scores, axis=3)
    value = _part(build, joined, 2, heads, tokens)
    y = build.add_node(Op.MATMUL, (y, value), (width, heads, tokens), _summed(tokens))
    y = build.add_node(Op.TRANSPOSE, (y,), (width, tokens, heads), dims=[0, 2, 1, 3])
    y = build.add_node(Op.RESHAPE, (y,), (channels, tokens, 1), shape=[tokens, channels])
    return build.linear(y, channels)


def _part(build: GraphBuilder, joined: int, number: int, heads: int, tokens: int) -> int:
    """Take the queries (0), keys (1) or values (2) of all heads."""
    width = build.shapes[joined][0]
    shape = (width, heads, tokens)
    part = _slice(build, joined, shape, 0, number, number + 1)
    return build.add_node(Op.RESHAPE, (part,), shape, shape=[heads, tokens, width])


def _slice(build: GraphBuilder, x: int, shape: Shape, axis: int, start: int, stop: int) -> int:
    details: dict[str, Any] = {"start": start} if start else {}
    return build.add_node(Op.SLICE, (x,), shape, axis=axis, stop=stop, **details)


def _summed(length: int) -> tuple[int, ...]:
    """Return the attributes of a matrix product that sums over `length` elements."""
    return (length, *NO_ATTRIBUTES[1:])


def tokens_of(build: GraphBuilder, x: int) -> int:
    """Turn the places of a map into tokens, row by row."""
    channels, height, width = build.shapes[x]
    shape = (channels, height * width, 1)
    y = build.add_node(Op.RESHAPE, (x,), shape, shape=[channels, height * width])
    return build.add_node(Op.TRANSPOSE, (y,), shape, dims=[0, 2, 1])


def map_of(build: GraphBuilder, x: int, height: int, width: int) -> int:
    """Turn tokens into the places of a map, row by row."""
    channels = build.shapes[x][0]
    y = build.add_node(Op.TRANSPOSE, (x,), build.shapes[x], dims=[0, 2, 1])
    return build.add_node(
        Op.RESHAPE, (y,), (channels, height, width), shape=[channels, height, width]
    )


def some_tokens(build: GraphBuilder, x: int, start: int, stop: int) -> int:
    """Take the tokens from `start` to before `stop`."""
    return _slice(build, x, (build.shapes[x][0], stop - start, 1), 1, start, stop)


def learned_map(build: GraphBuilder, x: int) -> int:
    """Add a learned map of the same shape, such as position embeddings."""
    shape = build.shapes[x]
    channels, height, width = shape
    learned = build.add_node(Op.PARAMETER, (), shape, parameters=channels * height * width)
    return build.add(x, learned)


def learned_token(build: GraphBuilder, channels: int) -> int:
    """Add a learned token, such as a class token."""
    shape = (channels, 1, 1)
    return build.add_node(Op.PARAMETER, (), shape, parameters=channels, shape=[1, 1, channels])


def joined_tokens(build: GraphBuilder, first: int, rest: int) -> int:
    """Concatenate two sequences."""
    (channels, before, _), (_, after, _) = build.shapes[first], build.shapes[rest]
    return build.add_node(Op.CONCAT, (first, rest), (channels, before + after, 1))
