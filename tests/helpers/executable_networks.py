"""Random small networks that PyTorch can run, and other node orders of a network."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from gennape.graph import ComputationGraph, GraphBuilder, Op

_ACTIVATIONS = (Op.RELU, Op.RELU6, Op.SIGMOID, Op.HARDSWISH, Op.GELU, Op.TANH)


@st.composite
def executable_networks(draw: st.DrawFn, max_nodes: int = 10) -> ComputationGraph:
    """A network on 8x8 images with branches, gates, slices and repeated arguments."""
    build = GraphBuilder()
    values = [build.input((4, 8, 8))]
    for _ in range(draw(st.integers(1, max_nodes))):
        step = draw(st.sampled_from(_STEPS))
        values.append(step(draw, build, values))
    for x in draw(st.lists(st.sampled_from(values), min_size=1, max_size=2)):
        build.output(x)
    return build.build()


def _conv(draw: st.DrawFn, build: GraphBuilder, values: list[int]) -> int:
    x = draw(st.sampled_from(values))
    groups = draw(st.sampled_from([g for g in (1, 2, 4) if build.shapes[x][0] % g == 0]))
    return build.conv(
        x,
        groups * draw(st.integers(1, 3)),
        kernel=draw(st.sampled_from([1, 3, (1, 3), (3, 1)])),
        stride=draw(st.integers(1, 2)),
        groups=groups,
        bias=draw(st.booleans()),
    )


def _batch_norm(draw: st.DrawFn, build: GraphBuilder, values: list[int]) -> int:
    return build.batch_norm(draw(st.sampled_from(values)))


def _activation(draw: st.DrawFn, build: GraphBuilder, values: list[int]) -> int:
    return build.activation(draw(st.sampled_from(_ACTIVATIONS)), draw(st.sampled_from(values)))


def _pool(draw: st.DrawFn, build: GraphBuilder, values: list[int]) -> int:
    x = draw(st.sampled_from(values))
    stride = draw(st.integers(1, 2))
    if draw(st.booleans()):
        return build.max_pool(x, 3, stride, padding=1)
    return build.avg_pool(x, 3, stride, padding=1, count_padding=draw(st.booleans()))


def _add(draw: st.DrawFn, build: GraphBuilder, values: list[int]) -> int:
    x = draw(st.sampled_from(values))
    alike = [y for y in values if build.shapes[y] == build.shapes[x]]
    return build.add(x, *draw(st.lists(st.sampled_from(alike), min_size=1, max_size=2)))


def _concat(draw: st.DrawFn, build: GraphBuilder, values: list[int]) -> int:
    x = draw(st.sampled_from(values))
    alike = [y for y in values if build.shapes[y][1:] == build.shapes[x][1:]]
    return build.concat(x, draw(st.sampled_from(alike)))


def _gate(draw: st.DrawFn, build: GraphBuilder, values: list[int]) -> int:
    x = draw(st.sampled_from(values))
    return build.mul(x, build.activation(Op.SIGMOID, build.global_avg_pool(x)))


def _slice(draw: st.DrawFn, build: GraphBuilder, values: list[int]) -> int:
    x = draw(st.sampled_from(values))
    start = draw(st.integers(0, build.shapes[x][0] - 1))
    return build.slice_channels(x, start, draw(st.integers(1, build.shapes[x][0] - start)))


_STEPS = (_conv, _batch_norm, _activation, _pool, _add, _concat, _gate, _slice)


def reordered(graph: ComputationGraph, seed: int) -> ComputationGraph:
    """The same network with its nodes in another topological order.

    Arguments of sums and products change places too.
    """
    rng = np.random.default_rng(seed)
    edges = graph.edges.T.tolist()
    arguments: list[list[int]] = [[] for _ in range(graph.num_nodes)]
    for source, target in edges:
        arguments[target].append(source)
    for node, own in enumerate(arguments):
        if graph.operations[node] in (Op.ADD, Op.MUL):
            rng.shuffle(own)
    order: list[int] = []
    while len(order) < graph.num_nodes:
        ready = [
            n for n in range(graph.num_nodes) if n not in order and set(arguments[n]) <= {*order}
        ]
        order.append(int(rng.choice(ready)))
    place = {node: position for position, node in enumerate(order)}
    new_edges = [(place[source], place[node]) for node in order for source in arguments[node]]
    return replace(
        graph,
        operations=graph.operations[order],
        attributes=graph.attributes[order],
        node_parameters=graph.node_parameters[order],
        edges=np.array(new_edges, dtype=np.int32).reshape(-1, 2).T,
        details={place[node]: values for node, values in graph.details.items()},
    )
